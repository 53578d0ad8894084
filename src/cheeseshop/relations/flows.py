# SPDX-License-Identifier: Apache-2.0
"""Keeping who requires whom in step with the journal."""

from django.db import transaction

from cheeseshop import sql
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.queries import latest_release
from cheeseshop.core.errors import Missing
from cheeseshop.journal.models import Entry
from cheeseshop.relations.models import ReadUpTo, Requirement
from cheeseshop.relations.reading import required_by

_BATCH = 200  # entries of the journal
_AT_ONCE = 20  # projects that one transaction reads, so that no upload waits long for it


def read_journal() -> int:
    """Bring the requirements of what changed since the last time up to date, and return how many projects that were.

    Safe to run twice, and by several processes at once: the row of the cursor is locked, and a project is read whole.
    """
    row = sql.first(
        "SELECT j.serial, r.serial FROM journal_serialcounter j LEFT JOIN relations_readupto r ON r.id = 1"
        " WHERE j.id = 1"
    )
    if row is None or row[0] <= (row[1] or 0):
        return 0
    with transaction.atomic():
        ReadUpTo.objects.get_or_create(id=1)
        cursor = ReadUpTo.objects.select_for_update().get(pk=1)
        names, last = _next(cursor.serial)
        if last == cursor.serial:
            return 0
        for project in Project.objects.filter(normalized_name__in=names):
            _read(project)
        ReadUpTo.objects.filter(pk=1).update(serial=last)
    return len(names)


def _next(serial: int) -> tuple[set[str], int]:
    """Return the projects that the next entries speak of, and the serial of the last of these entries."""
    names: set[str] = set()
    entries = Entry.objects.filter(serial__gt=serial).order_by("serial").values_list("serial", "normalized_name")
    for number, name in entries[:_BATCH]:
        if name not in names and len(names) == _AT_ONCE:
            break
        names.add(name)
        serial = number
    return names, serial


def _read(project: Project) -> None:
    try:
        wanted = required_by(latest_release(project).facts)
    except Missing:  # nothing stands for it
        wanted = {}
    rows = Requirement.objects.filter(project=project)
    had = dict(rows.values_list("name", "optional"))
    if wanted != had:
        rows.delete()
        Requirement.objects.bulk_create(
            Requirement(project=project, name=name, optional=optional) for name, optional in sorted(wanted.items())
        )
