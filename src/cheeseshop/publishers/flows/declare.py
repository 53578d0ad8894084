# SPDX-License-Identifier: Apache-2.0
"""What administrators do: declare issuers, switch them off, forget them."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.publishers.fetching import is_safe
from cheeseshop.publishers.issuers import built_in
from cheeseshop.publishers.keys import forget
from cheeseshop.publishers.models import Issuer, PendingPublisher, ProjectPublisher
from cheeseshop.publishers.providers import PROVIDERS
from cheeseshop.publishers.providers.base import text_of
from cheeseshop.publishers.providers.template import read_template

DECLARABLE = ("declared", "gitlab", "github")


@dataclass(frozen=True, slots=True)
class Declaration:
    """An issuer as an administrator declares it. ``provider`` other than ``declared`` takes no template."""

    key: str
    name: str
    url: str
    provider: str = "declared"
    template: dict[str, Any] = field(default_factory=dict)


def declare_issuer(told: Declaration, actor: str) -> Issuer:
    """Trust an issuer's word about its jobs, from now on.

    Raises:
        Refusal: naming what breaks a rule.
        Conflict: when key or address are taken.
    """
    told = _checked(told)
    try:
        with transaction.atomic():
            return Issuer.objects.create(
                key=told.key,
                name=told.name,
                url=told.url,
                provider=told.provider,
                template=told.template,
                created_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(
            gettext("There is an issuer with the key %(key)r or the address %(url)s already.")
            % {"key": told.key, "url": told.url}
        ) from error


def _checked(told: Declaration) -> Declaration:
    if not re.fullmatch("[a-z][a-z0-9-]{0,39}", told.key):
        raise Refusal(gettext("A key has 1 to 40 lower-case letters, digits and hyphens, and begins with a letter."))
    if not told.name.strip() or len(told.name) > 100:  # noqa: PLR2004 - the column's width
        raise Refusal(gettext("A name has 1 to 100 characters."))
    url = told.url.strip()
    if not is_safe(url) or len(url) > 300 or text_of(url) != url or set(url) & set("?#"):  # noqa: PLR2004 - as above
        raise Refusal(gettext("An issuer's address begins with https:// and is the very text of the claim iss."))
    if any(told.key == each.key or url == each.url for each in built_in()):
        raise Conflict(gettext("%(key)s or %(url)s is built in.") % {"key": told.key, "url": url})
    if told.provider not in DECLARABLE:
        raise Refusal(
            gettext("The provider is one of %(declarable)s, not %(provider)r.")
            % {"declarable": ", ".join(DECLARABLE), "provider": told.provider}
        )
    if told.provider == "declared":
        read_template(told.template)
    elif told.template:
        raise Refusal(
            gettext("%(title)s knows its claims; it takes no template.") % {"title": PROVIDERS[told.provider].title}
        )
    return Declaration(told.key, told.name.strip(), url, told.provider, told.template)


def switch_issuer(key: str, *, enabled: bool) -> Issuer:
    """Take an issuer's tokens, or refuse them for now. Publishers of it stay.

    Raises:
        Missing: when no such issuer is declared.
    """
    found = _found(key)
    found.enabled = enabled
    found.save(update_fields=["enabled"])
    return found


def forget_issuer(key: str) -> str:
    """Trust an issuer no more, and return its name.

    Raises:
        Missing: when no such issuer is declared.
        Conflict: while projects have publishers of it.
    """
    found = _found(key)
    used = ProjectPublisher.objects.filter(publisher__issuer=found.url).count()
    if used:
        raise Conflict(
            gettext("%(used)s publishers of projects are of %(name)s; switch it off, or remove them first.")
            % {"used": used, "name": found.name}
        )
    PendingPublisher.objects.filter(issuer=found.url).delete()
    found.delete()
    forget(found.url)
    return found.name


def _found(key: str) -> Issuer:
    found = Issuer.objects.filter(key=key).first()
    if found is None:
        raise Missing(gettext("No issuer %(key)r is declared.") % {"key": key})
    return found
