# SPDX-License-Identifier: Apache-2.0
"""Which issuers are trusted at all: the public services, and those that an administrator declared."""

from django.utils.translation import gettext

from cheeseshop.core import current
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import all_on
from cheeseshop.publishers.models import Issuer
from cheeseshop.publishers.providers import PROVIDERS
from cheeseshop.publishers.providers.base import IssuerFacts, text_of

_LONGEST_URL = 300
EVERYTHING = "trusted publishing"


def built_in() -> list[IssuerFacts]:
    """Return the public services, at the addresses that the settings give them."""
    settings = current.settings()
    places = {
        "github": settings.github_oidc_issuer,
        "gitlab": settings.gitlab_oidc_issuer,
        "google": settings.google_oidc_issuer,
        "activestate": settings.activestate_oidc_issuer,
    }
    return [IssuerFacts(key, PROVIDERS[key].title, url.rstrip("/"), key) for key, url in places.items() if url]


def all_issuers() -> list[IssuerFacts]:
    """Return every issuer, those that are switched off too."""
    return built_in() + [_facts(row) for row in Issuer.objects.order_by("name")]


def offered() -> list[IssuerFacts]:
    """Return the issuers that people may register publishers of."""
    return [issuer for issuer in all_issuers() if not why_off(issuer)]


def issuer_at(url: object) -> IssuerFacts | None:
    """Return the issuer whose tokens have this ``iss``, or None."""
    text = text_of(url)
    if not text or len(text) > _LONGEST_URL:
        return None
    for issuer in built_in():
        if issuer.url == text:
            return issuer
    row = Issuer.objects.filter(url=text).first()
    return _facts(row) if row else None


def issuer_keyed(key: str) -> IssuerFacts | None:
    """Return the issuer of that key, or None."""
    return next((issuer for issuer in all_issuers() if issuer.key == key), None)


def why_off(issuer: IssuerFacts | None = None) -> str:
    """Return what says that an issuer's tokens are not exchanged now, or an empty text. None: of any issuer."""
    settings, on = current.settings(), all_on()
    off = {each.strip() for each in settings.trusted_publishers_off.split(",")}
    if not settings.trusted_publishing or Switch.NO_OIDC in on or (issuer is None and Switch.READ_ONLY in on):
        return gettext("Trusted publishing is disabled for now.")
    if issuer is not None and (not issuer.enabled or issuer.key in off or f"disallow-{issuer.key}-oidc" in on):
        return gettext("Trusted publishing by %(name)s is disabled for now.") % {"name": issuer.name}
    return ""


def _facts(row: Issuer) -> IssuerFacts:
    return IssuerFacts(row.key, row.name, row.url, row.provider, row.template, row.enabled)
