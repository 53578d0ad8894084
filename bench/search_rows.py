# SPDX-License-Identifier: Apache-2.0
"""Rows of many projects, written in bulk."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from bench.search_corpus import Corpus
from cheeseshop import sql
from cheeseshop.catalog.models import Description, File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.discovery.documents import Indexed
from cheeseshop.discovery.engines.postgresql import _FIRST_TIER, _GROWTH, CREATE, TIERS, vectors
from cheeseshop.discovery.models import Document
from cheeseshop.discovery.spelling import spellings

_AT_ONCE = 25_000
_DOCUMENT = ("place", "project", "release", "normalized_name", "name", "version", "summary", "released_at", "downloads",
             "classes", "tier", "digest")  # fmt: skip
_PROJECT = ("id", "name", "normalized_name", "lookalike_key", "created_at", "last_serial", "total_size", "status",
            "status_reason", "quarantine_reason", "visibility")  # fmt: skip
_RELEASE = ("id", "project_id", "version", "sort_key", "is_prerelease", "created_at", "summary", "requires_python",
            "facts", "verified", "yanked_reason", *_PROJECT[-4:])  # fmt: skip


def say(text: str) -> None:
    """Tell of progress."""
    print(text, file=sys.stderr, flush=True)


def _document(each: Indexed, tier: int) -> tuple[Any, ...]:
    return (each.place, each.project, each.release, each.normalized_name, each.name, each.version, each.summary,
            each.released_at, each.downloads, " ".join(each.classes), tier, each.project.hex[::-1])  # fmt: skip


def _project(each: Indexed) -> tuple[Any, ...]:
    return (each.project, each.name, each.normalized_name, each.normalized_name, each.released_at, 0, 0, "active",
            "", "", "public")  # fmt: skip


def _release(each: Indexed) -> tuple[Any, ...]:
    return (each.release, each.project, each.version, each.version.encode(), False, each.released_at, each.summary, "",
            "{}", "{}", "", "active", "", "", "public")  # fmt: skip


def _batches(corpus: Corpus, projects: int) -> Iterator[list[Indexed]]:
    made = corpus.projects(projects)
    done = 0
    while batch := list(islice(made, _AT_ONCE)):
        done += len(batch)
        if done % 50_000 == 0:
            say(f"{done:,}")
        yield batch


def fill_sqlite(corpus: Corpus, projects: int) -> None:
    """Fill the database."""
    connection.ensure_connection()
    raw = connection.connection
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "cache_size=-400000"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("INSERT INTO discovery_text (discovery_text, rank) VALUES ('hashsize', 67108864)")
    for batch in _batches(corpus, projects):
        batch.sort(key=lambda each: each.place)  # FTS5 writes out what it holds at each number that is below the last
        with transaction.atomic():
            for table, columns, rows in _tables(batch):
                marks = ", ".join("?" * len(columns))
                statement = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
                raw.executemany(statement, ([_plain(value) for value in row] for row in rows))
    raw.execute("INSERT INTO discovery_text (discovery_text, rank) VALUES ('hashsize', 1048576)")
    raw.execute("INSERT INTO discovery_text (discovery_text) VALUES ('optimize')")  # or the first updates would merge
    for pragma in ("cache_size=-2000", "journal_mode=WAL", "synchronous=FULL"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("ANALYZE")
    with Path(connection.settings_dict["NAME"]).open("rb") as written:
        os.fsync(written.fileno())  # or the first update would wait for all of it


def _tables(batch: list[Indexed]) -> Iterator[tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]]]:
    yield "catalog_project", _PROJECT, (_project(each) for each in batch)
    yield "catalog_release", _RELEASE, (_release(each) for each in batch)
    yield "discovery_document", _DOCUMENT, (_document(each, 0) for each in batch)
    yield (
        "discovery_spelling",
        ("key", "name"),
        sorted(row for each in batch for row in spellings(each.normalized_name)),
    )
    yield (
        "discovery_text",
        ("rowid", "name", "head", "body", "classes"),
        (
            (each.place, *(" ".join(words) for words in (each.name_words, each.head, each.body, each.classes)))
            for each in batch
        ),
    )


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return value.hex
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value


def fill_postgresql(corpus: Corpus, projects: int) -> None:
    """As ``fill_sqlite``: by COPY, with the indexes made afterwards and every document in its tier."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'")
        for number in range(TIERS):
            cursor.execute(f"DROP INDEX discovery_words_{number}")
        for batch in _batches(corpus, projects):
            with transaction.atomic():
                _copy(cursor, "catalog_project", _PROJECT, (_project(each) for each in batch))
                _copy(cursor, "catalog_release", _RELEASE, (_release(each) for each in batch))
                rows = ((*_document(each, 0), *vectors(each)) for each in batch)
                _copy(cursor, "discovery_document", (*_DOCUMENT, "head", "words"), rows)
                keys = dict.fromkeys(row for each in batch for row in spellings(each.normalized_name))
                _copy(cursor, "discovery_spelling", ("key", "name"), iter(keys))
        _part(cursor)
        for statement in CREATE:
            if "USING gin" in statement:
                cursor.execute(statement)
        say("indexes made")
        cursor.execute("VACUUM ANALYZE")


def _part(cursor: "CursorWrapper") -> None:
    for tier in range(1, TIERS):
        offset = sum(_FIRST_TIER * _GROWTH**n for n in range(tier))
        row = sql.first("SELECT place FROM discovery_document ORDER BY place OFFSET %s LIMIT 1", offset)
        if row is not None:
            cursor.execute("INSERT INTO discovery_tier (number, first_place) VALUES (%s, %s)", (tier, row[0]))
    cursor.execute(
        "UPDATE discovery_document SET tier = (SELECT MAX(number) FROM discovery_tier WHERE first_place <= place)"
        " WHERE place >= (SELECT MIN(first_place) FROM discovery_tier)"
    )


def _copy(cursor: "CursorWrapper", table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


FILLERS: dict[str, Callable[[Corpus, int], None]] = {
    "sqlite": fill_sqlite,
    "postgresql": fill_postgresql,
}


def make_updatable(count: int) -> list[str]:
    """Give some projects what a document is made of, changed, and return their names."""
    found = list(Document.objects.order_by("digest")[:count])
    for each in found:
        project, release = Project.objects.get(pk=each.project), Release.objects.get(pk=each.release)
        Release.objects.filter(pk=release.pk).update(summary=f"{release.summary} anew", created_at=now())
        Description.objects.create(release=release, raw=f"{release.summary} " * 60)
        name = f"{project.normalized_name}-{release.version}.tar.gz"
        File.objects.create(release=release, filename=name, packagetype="sdist", python_version="source", size=1,
                            md5="0" * 32, sha256="0" * 64, blake2_256=release.pk.hex * 2)  # fmt: skip
    return [each.normalized_name for each in found]
