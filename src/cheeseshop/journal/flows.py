# SPDX-License-Identifier: Apache-2.0
"""The end of every change of the index: number it, write its entries and its dirty marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from cheeseshop import sql
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.journal.models import FileMark

_ENTRIES = "INSERT INTO journal_entry (serial, at, project, normalized_name, version, action, actor) VALUES "
_ENTRY = "(%s, %s, %s, %s, %s, %s, %s)"
_MARK = "INSERT INTO journal_dirtymark (normalized_name, serial, scope) VALUES (%s, %s, %s)"

NO_RELEASE = "00"
"""The scope of a mark about the project alone (roles, status): lower than any release's sort key, and nobody's."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal, before it has a serial. ``action`` uses the words that mirrors rely on."""

    project: str
    normalized_name: str
    action: str
    version: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Dirty:
    """Pages to render again: those of a project, or only one release's part of them (its sort key in hex)."""

    normalized_name: str
    scope: str = ""


def commit(changes: Sequence[Change], dirty: Sequence[Dirty], files: Sequence[str] = ()) -> int:
    """Number ``changes``, write them with their dirty marks, and return the last serial.

    ``files`` are keys of those that nobody, or again anybody, may fetch; they need at least one dirty mark beside them.

    Must be the last statement of an open transaction: on PostgreSQL the counter row stays locked from here to the
    commit, so anything after it would be time that every other writer waits.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.commit ends a transaction and needs one")
    last = _take(len(changes))
    at = now()
    values: list[object] = []
    for serial, change in enumerate(changes, last - len(changes) + 1):
        values += (serial, at, change.project, change.normalized_name, change.version, change.action, change.actor)
    if changes:
        sql.run(_ENTRIES + ", ".join([_ENTRY] * len(changes)), *values)
    for name in {change.normalized_name for change in changes}:
        sql.run("UPDATE catalog_project SET last_serial = %s WHERE normalized_name = %s", last, name)
    for mark in dirty:
        sql.run(_MARK, mark.normalized_name, last, mark.scope)
    if files and current.settings().purge:
        FileMark.objects.bulk_create([FileMark(key=key, serial=last) for key in files], batch_size=500)
    return last


def _take(count: int) -> int:
    row = sql.first("UPDATE journal_serialcounter SET serial = serial + %s WHERE id = 1 RETURNING serial", count)
    if row is None:
        raise RuntimeError("the serial counter is missing: run `cheeseshop init`")
    return int(row[0])
