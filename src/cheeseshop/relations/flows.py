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

_BATCH = 500


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
        entries = list(
            Entry.objects.filter(serial__gt=cursor.serial)
            .order_by("serial")
            .values_list("serial", "normalized_name")[:_BATCH]
        )
        if not entries:
            return 0
        for project in Project.objects.filter(normalized_name__in={name for _, name in entries}):
            _read(project)
        ReadUpTo.objects.filter(pk=1).update(serial=entries[-1][0])
    return len({name for _, name in entries})


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
