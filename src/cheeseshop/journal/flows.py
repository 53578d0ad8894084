# SPDX-License-Identifier: Apache-2.0
"""The end of every change of the index: number it, write its entries and its dirty marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.journal.models import DirtyMark, Entry


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


def commit(changes: Sequence[Change], dirty: Sequence[Dirty]) -> int:
    """Number ``changes``, write them with their dirty marks, and return the last serial.

    Must be the last statement of an open transaction: on PostgreSQL the counter row stays locked from here to the
    commit, so anything after it would be time that every other writer waits.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.commit ends a transaction and needs one")
    last = _take(len(changes))
    at = now()
    first = last - len(changes) + 1
    sql.insert(
        *(
            Entry(
                serial=first + n,
                at=at,
                project=change.project,
                normalized_name=change.normalized_name,
                version=change.version,
                action=change.action,
                actor=change.actor,
            )
            for n, change in enumerate(changes)
        )
    )
    for name in {change.normalized_name for change in changes}:
        sql.run("UPDATE catalog_project SET last_serial = %s WHERE normalized_name = %s", last, name)
    if dirty:
        sql.insert(*(DirtyMark(normalized_name=mark.normalized_name, serial=last, scope=mark.scope) for mark in dirty))
    return last


def _take(count: int) -> int:
    row = sql.first("UPDATE journal_serialcounter SET serial = serial + %s WHERE id = 1 RETURNING serial", count)
    if row is None:
        raise RuntimeError("the serial counter is missing: run `cheeseshop init`")
    return int(row[0])
