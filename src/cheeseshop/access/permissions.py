# SPDX-License-Identifier: Apache-2.0
"""The one function that answers who may do what on a project."""

from enum import StrEnum

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project


class Action(StrEnum):
    """What can be done to a project."""

    READ = "read"
    UPLOAD = "upload"
    YANK = "yank"
    ADMIN = "admin"


_ALLOWED = {
    Role.OWNER: frozenset(Action),
    Role.MAINTAINER: frozenset({Action.READ, Action.UPLOAD}),
}


def may(actor: User, action: Action, project: Project) -> bool:
    """Tell whether ``actor``'s role on ``project`` allows ``action``.

    State (archived, quarantined) is the flows' rule.
    """
    if not actor.is_active or actor.frozen_at is not None:
        return False
    role = ProjectRole.objects.filter(project=project, user=actor).values_list("role", flat=True).first()
    return role is not None and action in _ALLOWED[Role(role)]
