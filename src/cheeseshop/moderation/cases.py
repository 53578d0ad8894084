# SPDX-License-Identifier: Apache-2.0
"""Cases: who put what into quarantine, when, why and on what evidence, and who took it out again.

They outlive what they are about, and name it in words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cheeseshop.catalog.flows.quarantine import Held, Thing
from cheeseshop.catalog.models import File
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing
from cheeseshop.moderation.models import Case

PAGE = 50


def opening(by: str, evidence: str, observation: UUID | None) -> Callable[[Thing], object]:
    """Return what writes a case down within the transaction that holds something back."""

    def write(thing: Thing) -> object:
        return Case.objects.create(
            project_id=thing.project.pk,
            project=thing.project.name,
            version=thing.release.version if thing.release else "",
            filename=thing.row.filename if isinstance(thing.row, File) else "",
            reason=thing.row.quarantine_reason,
            evidence=evidence[:2000],
            observation_id=observation,
            held_by=by,
        )

    return write


def closing(case: UUID, by: str, note: str) -> Callable[[Thing], object]:
    """Return what closes a case within the transaction that clears its subject."""
    told = {"cleared_by": by, "cleared_note": note, "cleared_at": now()}
    return lambda _thing: Case.objects.filter(pk=case).update(**told)


def open_case(case: UUID) -> Case:
    """Return a case that is not closed.

    Raises:
        Missing: when there is none.
    """
    found = Case.objects.filter(pk=case, cleared_at=None).first()
    if found is None:
        raise Missing("This case is closed already.")
    return found


def close_removed(held: Held, by: str, note: str) -> int:
    """Close the open cases of what is removed with this, and return how many there were."""
    rows = Case.objects.filter(project_id=held.project, cleared_at=None)
    rows = rows.filter(version=held.version) if held.version else rows
    rows = rows.filter(filename=held.filename) if held.filename else rows
    return rows.update(cleared_by=by, cleared_note=f"removed: {note}"[:500], cleared_at=now())


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases: of a project, and closed ones too."""

    project: str = ""
    closed: bool = False


def listed(asked: Asked, page: int) -> tuple[list[Case], bool]:
    """Return one page of cases, and whether there are more: open ones, oldest first, or all, newest first."""
    rows = Case.objects.order_by("-id") if asked.closed else Case.objects.filter(cleared_at=None).order_by("id")
    if asked.project:
        rows = rows.filter(project__iexact=asked.project)
    found = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    return found[:PAGE], len(found) > PAGE
