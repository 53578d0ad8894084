# SPDX-License-Identifier: Apache-2.0
"""Exchanging an identity token for a short-lived upload token."""

import logging
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.names import check_new_project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.core.facts import PublisherIdentity
from cheeseshop.publishers.flows.match import Candidate, match, pin_faults
from cheeseshop.publishers.flows.rows import name_of, publisher_row
from cheeseshop.publishers.identity_tokens import IdentityToken, MintRefused, verify
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher, Publisher, UsedTokenId
from cheeseshop.tokens import caveats
from cheeseshop.tokens.flows import create_publisher_token

log = logging.getLogger(__name__)

LIFETIME = 900
_SKEW = 30


@dataclass(frozen=True, slots=True)
class Minted:
    """An upload token, and when it ends, in seconds since 1970."""

    token: str
    expires: int


def mint(text: str) -> Minted:
    """Give an upload token for an identity token, good for the projects that trust its publisher.

    Raises:
        MintRefused: saying which claim does not fit.
        TryAgain: when the issuer's keys can't be asked for now.
    """
    identity = verify(text)
    found = match(identity)
    waiting = _waiting(found)
    with transaction.atomic():
        _use_once(identity)
        publisher = publisher_row(identity.provider, found.fields)
        links = _trusting(identity, found, publisher)
        if not links and not waiting.names:
            gone = ("invalid-publisher", "the publisher was removed from every project")
            raise MintRefused(*(waiting.refusals or (gone,)))
        return _give(identity, publisher, _scope(links, waiting.names))


def _use_once(identity: IdentityToken) -> None:
    """Keep that the token was exchanged. Of two at once, the constraint lets one through."""
    try:
        with transaction.atomic():
            UsedTokenId.objects.create(digest=identity.digest, expires_at=identity.forget_at)
    except IntegrityError as error:
        raise MintRefused(("invalid-reuse-token", "this identity token was exchanged already")) from error


def _trusting(identity: IdentityToken, found: Candidate, publisher: Publisher) -> list[ProjectPublisher]:
    """Return the links whose pinned identifiers are the token's, pinning those of links that met none before.

    Raises:
        MintRefused: when no project trusts these identifiers, and some trust others.
    """
    pinned = identity.provider.pinned(identity.claims)
    rows = ProjectPublisher.objects.select_for_update().filter(pk__in=[link.pk for link in found.links])
    links, faults = [], []
    for link in rows:
        differing = pin_faults(link.pinned, pinned)
        if differing:
            faults += differing
            continue
        _meet(link, identity, found, publisher)
        links.append(link)
    if not links and faults and not found.pendings:
        again = "if the account or repository was made anew and this is meant, remove the publisher and add it again"
        raise MintRefused(*(("invalid-publisher", f"{fault}; {again}") for fault in dict.fromkeys(faults)))
    return links


def _meet(link: ProjectPublisher, identity: IdentityToken, found: Candidate, publisher: Publisher) -> None:
    """Pin what is not pinned yet, follow a renamed repository, and note an environment that could narrow it."""
    provider, claims = identity.provider, identity.claims
    pinned = provider.pinned(claims)
    told = {"publisher": name_of(provider, found.fields)}
    changed = link.pinned != link.pinned | pinned
    link.pinned |= pinned
    link.anchor = next(iter(link.pinned.values()), "") if provider.follows_renames else ""
    environment = provider.environment(found.fields, claims)
    if environment and not link.unbound_environment:
        link.unbound_environment, changed = environment, True
        tell_owners(link.project, "publisher-unbound", environment=environment, **told)
    if link.publisher_id != publisher.pk:
        ProjectPublisher.objects.filter(project=link.project_id, publisher=publisher).delete()
        link.publisher, changed = publisher, True
        tell_owners(link.project, "publisher-moved", **told)
    if changed:
        link.save()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Registrations whose project could be created now, and why the others could not."""

    names: frozenset[str]
    refusals: tuple[tuple[str, str], ...]


def _waiting(found: Candidate) -> _Waiting:
    names, refusals = set(), []
    for pending in found.pendings:
        refusal = _obstacle(pending)
        if refusal is None:
            names.add(pending.normalized_name)
        else:
            code = "invalid-pending-publisher" if isinstance(refusal, Conflict) else "invalid-payload"
            refusals.append((code, f"{pending.project_name}: {refusal.message}"))
    return _Waiting(frozenset(names), tuple(refusals))


def _obstacle(pending: PendingPublisher) -> Refusal | None:
    """Return why the project can't be created now, or None. Its first upload asks the same once more."""
    if not current.settings().allow_new_projects:
        return Refusal("New project registration is disabled for now.")
    try:
        check_new_project(pending.project_name, pending.normalized_name)
    except Refusal as refusal:
        return refusal
    return None


def _give(identity: IdentityToken, publisher: Publisher, scope: list[Any]) -> Minted:
    begin = math.floor(now().timestamp())
    expires = begin + LIFETIME + 1
    stored: list[list[Any]] = [[caveats.PUBLISHER, str(publisher.pk)], scope]
    stored.append([caveats.EXPIRATION, expires, begin - _SKEW])
    facts = _facts(identity, publisher)
    token = create_publisher_token(facts, stored, now() + timedelta(seconds=LIFETIME))
    log.info("minted a token for %s", facts.name)
    return Minted(token, expires)


def _scope(links: list[ProjectPublisher], waiting: frozenset[str]) -> list[Any]:
    """Narrow a token to its projects: by identifier, or by name where one of them has none yet."""
    if not waiting:
        return [caveats.PROJECT_ID, sorted(str(link.project_id) for link in links)]
    return [caveats.PROJECT_NAME, sorted({link.project.normalized_name for link in links} | waiting)]


def _facts(identity: IdentityToken, publisher: Publisher) -> PublisherIdentity:
    provider, claims = identity.provider, identity.claims
    return PublisherIdentity(
        id=publisher.pk,
        provider=provider.issuer.key,
        issuer=provider.issuer.url,
        name=name_of(provider, publisher.fields),
        fields=publisher.fields,
        claims=provider.about(claims),
        pinned=provider.pinned(claims),
        urls=provider.urls(publisher.fields),
        attestation=provider.attestation(publisher.fields),
    )
