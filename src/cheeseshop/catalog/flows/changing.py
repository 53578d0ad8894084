# SPDX-License-Identifier: Apache-2.0
"""What every change of a project by its people begins with."""

from dataclasses import dataclass
from uuid import UUID

from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden, Missing
from cheeseshop.flags.state import check
from cheeseshop.journal import flows as journal


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did that pages and the public tree must follow: the project, and keys of files that are gone."""

    normalized_name: str
    withdrawn: tuple[str, ...] = ()


def locked(project: UUID) -> Project:
    """Lock a project's row for a change by its people. Needs an open transaction.

    Raises:
        Missing: when it is gone.
        Forbidden: while it is in quarantine, or the index is read-only.
    """
    settings = current.settings()
    check()
    found = Project.objects.select_for_update().filter(pk=project).first()
    if found is None:
        raise Missing("This project does not exist any more.")
    if found.quarantined_at is not None:
        raise Forbidden(f"Project {found.name} is in quarantine and can't be changed; write to {settings.contact}.")
    return found


def change(project: Project, action: str, actor: str, version: str = "") -> journal.Change:
    """Return one line of the journal about a project."""
    return journal.Change(project.name, project.normalized_name, action, version, actor)
