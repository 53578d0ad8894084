# SPDX-License-Identifier: Apache-2.0
"""The one function that answers who may do what on a project."""

from enum import StrEnum
from typing import Protocol
from uuid import UUID

from cheeseshop import sql
from cheeseshop.access.models import Role


class Action(StrEnum):
    """What can be done to a project."""

    READ = "read"
    UPLOAD = "upload"
    YANK = "yank"
    ADMIN = "admin"


class Actor(Protocol):
    """Who acts: a person, by session or by token."""

    @property
    def id(self) -> UUID:
        """The account's id."""

    @property
    def may_act(self) -> bool:
        """Whether the account is neither inactive nor frozen."""


_ALLOWED = {
    Role.OWNER: frozenset(Action),
    Role.MAINTAINER: frozenset({Action.READ, Action.UPLOAD}),
}


def may(actor: Actor, action: Action, project_id: UUID) -> bool:
    """Tell whether ``actor``'s role on a project allows ``action``.

    State (archived, quarantined) is the flows' rule.
    """
    if not actor.may_act:
        return False
    row = sql.first("SELECT role FROM access_projectrole WHERE project_id = %s AND user_id = %s", project_id, actor.id)
    return row is not None and action in _ALLOWED[Role(row[0])]
