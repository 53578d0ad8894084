# SPDX-License-Identifier: Apache-2.0
"""Keeping who requires whom in step with the journal."""

from cheeseshop import sql
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.queries import latest_release
from cheeseshop.core.errors import Missing
from cheeseshop.journal.reading import changed_since
from cheeseshop.relations.models import ReadUpTo, Requirement
from cheeseshop.relations.reading import required_by

_AT_ONCE = 5  # projects that one piece of work reads


def read_journal() -> int:
    """Bring the requirements of what changed since the last time up to date, and return how many projects that were.

    It is a piece of work: what is left waits for the next call. A power failure may take it with the cursor.

    Safe to run by several processes at once: projects are read outside of the transaction, which only writes if nobody
    else has come further meanwhile.
    """
    row = sql.first(
        "SELECT j.serial, r.serial FROM journal_serialcounter j LEFT JOIN relations_readupto r ON r.id = 1"
        " WHERE j.id = 1"
    )
    if row is None or row[0] <= (row[1] or 0):
        return 0
    names, last = changed_since(row[1] or 0, _AT_ONCE)
    wanted = {project: _wanted(project) for project in Project.objects.filter(normalized_name__in=names)}
    with sql.relaxed_transaction():
        ReadUpTo.objects.get_or_create(id=1)
        if ReadUpTo.objects.select_for_update().get(pk=1).serial != (row[1] or 0):
            return 0  # somebody else did this part
        for project, requirements in wanted.items():
            _write(project, requirements)
        ReadUpTo.objects.filter(pk=1).update(serial=last)
    return len(names)


def _wanted(project: Project) -> dict[str, bool]:
    try:
        return required_by(latest_release(project).facts)
    except Missing:  # nothing stands for it
        return {}


def _write(project: Project, wanted: dict[str, bool]) -> None:
    """Put requirements in the place of those that were. The project may be gone by now."""
    rows = Requirement.objects.filter(project=project)
    if wanted == dict(rows.values_list("name", "optional")):
        return
    rows.delete()
    if Project.objects.filter(pk=project.pk).exists():
        Requirement.objects.bulk_create(
            Requirement(project=project, name=name, optional=optional) for name, optional in sorted(wanted.items())
        )
