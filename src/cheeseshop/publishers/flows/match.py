# SPDX-License-Identifier: Apache-2.0
"""Which publisher an identity token is of."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.publishers.flows.rows import LONGEST_PLACE
from cheeseshop.publishers.identity_tokens import IdentityToken, MintRefused
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher
from cheeseshop.publishers.providers.base import Claims, Fields, Mismatch, Provider

_MOST = 5000


@dataclass(slots=True)
class Candidate:
    """An identity that a token may be of, with the projects and the registrations that name it."""

    fields: Fields
    links: list[ProjectPublisher] = field(default_factory=list)
    pendings: list[PendingPublisher] = field(default_factory=list)


def match(token: IdentityToken) -> Candidate:
    """Return the narrowest identity that fits a token.

    Raises:
        MintRefused: naming each claim of the nearest identity that does not fit, or what to register.
    """
    provider, claims = token.provider, token.claims
    candidates = _candidates(provider, claims)
    faults = {key: list(provider.compare(each.fields, claims)) for key, each in candidates.items()}
    fitting = [candidates[key] for key, found in faults.items() if not found]
    if fitting:
        return max(fitting, key=lambda each: (provider.narrowness(each.fields), bool(each.links)))
    if not faults:
        raise MintRefused(("invalid-publisher", _unknown(provider, claims)))
    nearest = min(faults.values(), key=len)
    raise MintRefused(*(("invalid-publisher", str(each)) for each in nearest))


def _candidates(provider: Provider, claims: Claims) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for link in _links(provider, claims):
        fields = link.publisher.fields
        if link.publisher.place != _place(provider, claims):
            fields = provider.moved(fields, claims)
        found.setdefault(provider.fields_key(fields), Candidate(fields)).links.append(link)
    waiting = PendingPublisher.objects.filter(
        issuer=provider.issuer.url, place=_place(provider, claims), expires_at__gt=now()
    ).select_related("user")
    for pending in waiting[:_MOST]:
        if pending.user.may_act:
            found.setdefault(pending.fields_key, Candidate(pending.fields)).pendings.append(pending)
    return found


def _links(provider: Provider, claims: Claims) -> Iterator[ProjectPublisher]:
    """Yield links of publishers in the token's place, and those whose repository had another name when it was met."""
    rows = ProjectPublisher.objects.filter(publisher__issuer=provider.issuer.url).select_related("publisher", "project")
    place = _place(provider, claims)
    yield from rows.filter(publisher__place=place)[:_MOST]
    anchor = next(iter(provider.pinned(claims).items()), ("", ""))
    if provider.follows_renames and anchor[0] == provider.pins[0]:
        yield from rows.filter(anchor=anchor[1]).exclude(publisher__place=place)[:_MOST]


def _place(provider: Provider, claims: Claims) -> str:
    return provider.place_of(claims)[:LONGEST_PLACE]


def _unknown(provider: Provider, claims: Claims) -> str:
    place = _place(provider, claims) or "what the token names"
    site = current.settings().url
    return (
        f"no publisher of {provider.issuer.name} is registered for {place!r}. Add it in the settings of the project, or"
        f" register it for a new one at {site}/manage/account/publishing/, with the same"
        f" {', '.join(str(spec.label).lower() for spec in provider.specs)}"
    )


def pin_faults(pinned: dict[str, str], found: dict[str, str]) -> list[Mismatch]:
    """Compare the identifiers that were pinned with those in a token."""
    return [
        Mismatch(name, f"{value!r}, as when this publisher was first met", repr(found.get(name, "nothing")))
        for name, value in pinned.items()
        if found.get(name) != value
    ]
