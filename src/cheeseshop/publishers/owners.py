# SPDX-License-Identifier: Apache-2.0
"""Whose a project becomes that a pending publisher of an organisation creates."""

from collections.abc import Callable
from uuid import UUID

GiveToOrganization = Callable[[UUID, UUID], None]
_hooks: list[GiveToOrganization] = []


def on_organization(hook: GiveToOrganization) -> None:
    """Have ``hook(project, organization)`` called, within the upload's transaction, when one gets a new project."""
    _hooks.append(hook)


def give_to_organization(project: UUID, organization: UUID) -> None:
    """Give a new project to an organisation.

    Raises:
        RuntimeError: where nothing knows organisations; then no pending publisher can name one.
    """
    if not _hooks:
        raise RuntimeError("nothing in this program gives projects to organisations")
    for hook in _hooks:
        hook(project, organization)
