# SPDX-License-Identifier: Apache-2.0
"""Cases: who put what into quarantine, when, why and on what evidence, and who took it out again.

They outlive what they are about, and name it in words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from cheeseshop.catalog.flows.quarantine import Held, Thing
from cheeseshop.catalog.models import File
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing
from cheeseshop.moderation.appeals import end_appeal
from cheeseshop.moderation.models import Appeal, Case

PAGE = 50
FORGOTTEN = timedelta(days=7)
"""A case that is open for longer is marked in the queue: somebody's project waits."""


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

    def write(_thing: Thing) -> object:
        end_appeal(case, by, f"Cleared. {note}".strip())
        return Case.objects.filter(pk=case).update(**told)

    return write


def open_case(case: UUID) -> Case:
    """Return a case that is not closed.

    Raises:
        Missing: when there is none.
    """
    found = Case.objects.filter(pk=case, cleared_at=None).first()
    if found is None:
        raise Missing(gettext("This case is closed already."))
    return found


def close_removed(held: Held, by: str, reason: str) -> int:
    """Close the open cases of what is removed with this, end the appeals in them, and return how many cases there were.

    Needs an open transaction.
    """
    rows = Case.objects.filter(project_id=held.project, cleared_at=None)
    rows = rows.filter(version=held.version) if held.version else rows
    rows = rows.filter(filename=held.filename) if held.filename else rows
    for case in rows:
        end_appeal(case.pk, by, f"Removed. {reason}")
    return rows.update(cleared_by=by, cleared_note=f"removed: {reason}"[:500], cleared_at=now())


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases: of a project, begun by somebody, with an appeal that waits, and closed ones too."""

    project: str = ""
    closed: bool = False
    by: str = ""
    appealed: bool = False


def listed(asked: Asked, page: int) -> tuple[list[Case], bool]:
    """Return one page of cases, and whether there are more: open ones, oldest first, or all, newest first."""
    rows = Case.objects.order_by("-id") if asked.closed else Case.objects.filter(cleared_at=None).order_by("id")
    if asked.project:
        rows = rows.filter(project__iexact=asked.project)
    if asked.by:
        rows = rows.filter(held_by__iexact=asked.by)
    waiting = Appeal.objects.filter(case=OuterRef("pk"), answered_at=None)
    rows = rows.annotate(has_appeal=Exists(waiting))
    if asked.appealed:
        rows = rows.filter(has_appeal=True)
    found: list[Case] = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    return found[:PAGE], len(found) > PAGE
