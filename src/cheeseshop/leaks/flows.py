# SPDX-License-Identifier: Apache-2.0
"""Revoking a token that was found, once, and telling whom it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import Project
from cheeseshop.leaks.queries import LiveToken, live_tokens, token_texts
from cheeseshop.tokens.models import Token

_LONGEST_PLACE = 500
_NOWHERE = "an address that we were not told"


@dataclass(frozen=True, slots=True)
class Place:
    """Where tokens were found (an address, or words), and who says so."""

    where: str
    reporter: str

    @property
    def shown(self) -> str:
        """The place as it goes into mails: one line of printable text, of bounded length."""
        printable = "".join(c for c in self.where[:_LONGEST_PLACE] if c.isprintable()).strip()
        return printable or _NOWHERE


@dataclass(frozen=True, slots=True)
class Revoked:
    """A token that was revoked: what it was called, and whose it was; no name for a publisher's."""

    description: str
    owner: str


def revoke_in_text(text: str, place: Place) -> list[Revoked]:
    """Revoke every live token that a text holds, and tell its owner where it was found."""
    return revoke_all(live_tokens(token_texts(text)), place)


def revoke_all(tokens: Iterable[LiveToken], place: Place) -> list[Revoked]:
    """Revoke tokens, each in one transaction with its mails, or in the caller's. Those that are gone are left out."""
    return [revoked for revoked in (_revoke(token, place) for token in tokens) if revoked is not None]


def _revoke(token: LiveToken, place: Place) -> Revoked | None:
    """Revoke one token. Of two who do so at once, one removes the row and tells; the other finds nothing to do."""
    with transaction.atomic():
        _, removed = Token.objects.filter(pk=token.id).delete()
        if not removed.get("tokens.Token"):
            return None
        if token.user_id is None:
            _tell_projects(token, place)
            return Revoked(token.description, "")
        owner = User.objects.filter(pk=token.user_id).first()
        if owner is None:
            return Revoked(token.description, "")
        history.record(
            owner,
            "account:api_token:removed_leak",
            None,
            f"{token.description}: {place.shown}",
            token=token.description,
            where=place.shown,
            reporter=place.reporter,
        )
    return Revoked(token.description, owner.username)


def _tell_projects(token: LiveToken, place: Place) -> None:
    """Mail the owners of the projects that a publisher's token was made for: it is nobody's own."""
    named = Q(normalized_name__in=token.project_names) | Q(pk__in=token.project_ids)
    for project in Project.objects.filter(named):
        tell_owners(project, "publisher-token-leaked", where=place.shown, reporter=place.reporter)
