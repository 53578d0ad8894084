# SPDX-License-Identifier: Apache-2.0
"""Making tokens."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from packaging.utils import canonicalize_name

from cheeseshop.access.permissions import Action
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.core.facts import PublisherIdentity
from cheeseshop.tokens import caveats, macaroons
from cheeseshop.tokens.models import Token


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a token shall be good for.

    No projects: the whole account. ``expires_days`` None: no end. No actions: uploads. No
    networks: from everywhere.
    """

    user: User
    description: str
    projects: tuple[str, ...] = ()
    expires_days: int | None = None
    issued_by_administrator: bool = False
    actions: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


def create_token(request: TokenRequest, origin: HttpRequest | None = None) -> str:
    """Create a token and return its text, which is never shown again. ``origin`` is told in the security history.

    Raises:
        Refusal: when the description or the expiry breaks a rule.
        Conflict: when the person has a token of that description.
    """
    if not request.description.strip() or len(request.description) > 100:  # noqa: PLR2004 - the column's width
        raise Refusal(gettext("A token needs a description of at most 100 characters."))
    if request.expires_days is not None and request.expires_days < 1:
        raise Refusal(
            gettext("A token lasts a day at least, not %(expires_days)s.") % {"expires_days": request.expires_days}
        )
    unknown = set(request.actions) - {action.value for action in Action}
    if unknown:
        raise Refusal(
            gettext("There is no action %(unknown)r; choose among %(action)s.")
            % {"unknown": min(unknown), "action": ", ".join(Action)}
        )
    for network in request.networks:
        _check_network(network)
    stored = _caveats(request)
    try:
        with transaction.atomic():
            token = Token.objects.create(
                user=request.user,
                description=request.description,
                caveats=stored,
                issued_by_administrator=request.issued_by_administrator,
            )
            history.record(
                request.user,
                "account:api_token:added",
                origin,
                request.description,
                token=request.description,
                scope=", ".join(request.projects) or "the whole account",
            )
    except IntegrityError as error:
        raise Conflict(
            gettext("%(user)s has a token named %(description)r already.")
            % {"user": request.user, "description": request.description}
        ) from error
    return macaroons.mint(
        current.settings().host, str(token.id), bytes(token.key), tuple(caveats.encode(c) for c in stored)
    )


def _check_network(network: str) -> None:
    try:
        ip_network(network)
    except ValueError as error:
        raise Refusal(
            gettext("%(network)r is no network; write it such as 192.0.2.0/24 or 2001:db8::/32.") % {"network": network}
        ) from error


def revoke_token(user: User, token: UUID, origin: HttpRequest | None = None) -> str:
    """Revoke one of a person's tokens at once, and return what it was called.

    Raises:
        Missing: when the person has no such token.
    """
    with transaction.atomic():
        found = Token.objects.select_for_update().filter(user=user, id=token).first()
        if found is None:
            raise Missing(gettext("There is no such token; it may be revoked already."))
        found.delete()
        history.record(user, "account:api_token:removed", origin, found.description, token=found.description)
    return found.description


def revoke_by_keeper(token: UUID, reason: str) -> None:
    """Revoke anybody's token at once, as the site's keepers may. Its holder is told.

    Raises:
        Missing: when it is revoked already.
    """
    with transaction.atomic():
        found = Token.objects.select_for_update().filter(id=token).first()
        if found is None:
            raise Missing(gettext("There is no such token; it may be revoked already."))
        if found.user is not None:
            detail = f"{found.description}: {reason}"
            history.record(found.user, "account:api_token:removed", None, detail, token=found.description)
        found.delete()


def _caveats(request: TokenRequest) -> list[list[Any]]:
    made: list[list[Any]] = []
    if request.projects:
        made.append([caveats.PROJECT_NAME, sorted({str(canonicalize_name(p)) for p in request.projects})])
    else:
        made.append([caveats.REQUEST_USER, str(request.user.id)])
    if request.actions:
        made.append([caveats.ACTIONS, sorted(set(request.actions))])
    if request.networks:
        made.append([caveats.NETWORKS, sorted(set(request.networks))])
    if request.expires_days is not None:
        begin = now()
        end = begin + timedelta(days=request.expires_days)
        made.append([caveats.EXPIRATION, int(end.timestamp()), int(begin.timestamp())])
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


def create_publisher_token(publisher: PublisherIdentity, stored: list[list[Any]], sweep_after: datetime) -> str:
    """Create the token of a trusted publisher, and return its text. Part of the caller's transaction."""
    token = Token.objects.create(
        publisher_id=publisher.id,
        publisher_facts=publisher.to_json(),
        description=publisher.name[:100],
        caveats=stored,
        sweep_after=sweep_after,
    )
    return macaroons.mint(
        current.settings().host, str(token.id), bytes(token.key), tuple(caveats.encode(c) for c in stored)
    )


def burn_publisher_token(text: str) -> bool:
    """Revoke a trusted publisher's token that its holder is done with, and tell whether there was one."""
    try:
        macaroon = macaroons.parse(text)
        found = Token.objects.filter(pk=UUID(macaroon.identifier), publisher__isnull=False).first()
    except (macaroons.BadMacaroon, ValueError):
        return False
    if found is None or not macaroons.verifies(macaroon, bytes(found.key)):
        return False
    found.delete()
    return True


def sweep_publisher_tokens() -> int:
    """Remove the tokens of publishers that ended a day ago or longer, and return how many."""
    removed, _ = Token.objects.filter(sweep_after__lt=now() - timedelta(days=1)).delete()
    return removed
