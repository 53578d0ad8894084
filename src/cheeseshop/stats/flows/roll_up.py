# SPDX-License-Identifier: Apache-2.0
"""Add a batch to the roll-ups, once, and keep them small."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.stats.models import FileDay, Kind, ProjectDay, Share
from cheeseshop.stats.tally import Row, Tally

SITE = UUID(int=0)  # stands for all projects together
POPULAR_DAYS = 30
_FILE_DAYS = 92
_SHOWN_DAYS = 366
_AT_ONCE = 200
_BATCH = (
    "INSERT INTO stats_batch (id, at, downloads, dropped, damaged) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (id) DO NOTHING"
)
_POPULAR = """
INSERT INTO stats_popularity (project, downloads)
SELECT project, SUM(downloads) FROM stats_projectday WHERE day >= %s AND project <> %s{} GROUP BY project
ON CONFLICT (project) DO UPDATE SET downloads = excluded.downloads
"""
_UNPOPULAR = """
DELETE FROM stats_popularity WHERE project NOT IN
(SELECT project FROM stats_projectday WHERE day >= %s AND project <> %s)
"""


def latest_batch() -> int:
    """Return the identity of the newest batch in the roll-ups; 0 where there is none."""
    row = sql.first("SELECT MAX(id) FROM stats_batch")
    return int(row[0]) if row and row[0] is not None else 0


def record(batch: int, counted: Tally) -> bool:
    """Add a batch to the roll-ups in one transaction. Returns whether it was not in them yet."""
    with transaction.atomic():
        values = (batch, now(), counted.downloads, counted.dropped, counted.damaged)
        if not sql.run(_BATCH, *values):
            return False
        add(counted.rows)
    return True


def add(rows: Sequence[Row]) -> None:
    """Add rows to every roll-up, within the caller's transaction."""
    files: Counter[tuple[UUID, UUID, date]] = Counter()
    projects: Counter[tuple[UUID, date]] = Counter()
    shares: Counter[tuple[UUID, str, date, str]] = Counter()
    for row in rows:
        day = row.hour.date()
        for project in (SITE, row.file.project):
            if project is None:
                continue
            projects[project, day] += row.downloads
            for kind, value in _values(row, project):
                shares[project, kind, day, value] += row.downloads
        if row.file.file is not None and row.file.release is not None:
            files[row.file.file, row.file.release, day] += row.downloads
    _add("stats_fileday", ("file", "release", "day"), "file, day", files)
    _add("stats_projectday", ("project", "day"), "project, day", projects)
    _add("stats_share", ("project", "kind", "day", "value"), "project, kind, day, value", shares)
    _measure_popularity({project for project, _ in projects} - {SITE})


def _values(row: Row, project: UUID) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = [
        (Kind.PYTHON.value, row.client.python_minor),
        (Kind.SYSTEM.value, row.client.system_name),
        (Kind.INSTALLER.value, row.client.installer_name),
    ]
    return found if project == SITE else [*found, (Kind.VERSION.value, row.file.version)]


def _add(table: str, columns: Sequence[str], unique: str, counts: Mapping[Any, int]) -> None:
    """Add counts to the rows that are there, and make those that are not."""
    entries = sorted(counts.items(), key=lambda entry: str(entry[0]))
    place = f"({', '.join(['%s'] * (len(columns) + 1))})"
    for at in range(0, len(entries), _AT_ONCE):
        part = entries[at : at + _AT_ONCE]
        values = [_plain(value) for key, count in part for value in (*key, count)]
        sql.run(
            f"INSERT INTO {table} ({', '.join(columns)}, downloads) VALUES {', '.join([place] * len(part))} "  # noqa: S608 - names of our own
            f"ON CONFLICT ({unique}) DO UPDATE SET downloads = {table}.downloads + excluded.downloads",
            *values,
        )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _measure_popularity(projects: set[UUID]) -> None:
    since = (now().date() - timedelta(days=POPULAR_DAYS - 1)).isoformat()
    ordered = sorted(projects)
    for at in range(0, len(ordered), _AT_ONCE):
        part = ordered[at : at + _AT_ONCE]
        those = f" AND project IN ({', '.join(['%s'] * len(part))})"
        sql.run(_POPULAR.format(those), since, SITE, *part)


def tidy_up() -> None:
    """Measure everybody's popularity anew, because days went by, and remove what no page shows any more."""
    today = now().date()
    since = (today - timedelta(days=POPULAR_DAYS - 1)).isoformat()
    with transaction.atomic():
        sql.run(_POPULAR.format(""), since, SITE)
        sql.run(_UNPOPULAR, since, SITE)
    for model, days in ((FileDay, _FILE_DAYS), (ProjectDay, _SHOWN_DAYS), (Share, _SHOWN_DAYS)):
        model.objects.filter(day__lt=today - timedelta(days=days)).delete()
    sql.run("DELETE FROM stats_batch WHERE at < %s AND id < %s", now() - timedelta(days=30), latest_batch())
