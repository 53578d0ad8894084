# SPDX-License-Identifier: Apache-2.0
"""Downloads in ClickHouse: one table, which is sent what the Parquet files hold and answers in their place.

A batch is first written to a queue on our own disk, as the very bytes that are sent later, part by part. Each part goes
to one day's partition under a token of its own, and the server drops what it had already: so a part whose answer was
lost is sent again and is there once.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Any

import orjson

from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.clickhouse import ClickHouse, ClickHouseError
from cheeseshop.stats.raw.store import Answer, as_record
from cheeseshop.stats.tally import Row
from cheeseshop.storage.folder import sync_path

log = logging.getLogger(__name__)

_PART = 100_000  # rows that are sent at once: the server takes as many as one block, which it keeps whole or not at all
_SEND = 120.0  # seconds
_LONGEST = 60.0  # seconds that a statement may take
_MEMORY = 512 * 1024 * 1024
_NOBODY = "00000000-0000-0000-0000-000000000000"
_CREATE = """
CREATE TABLE IF NOT EXISTS downloads (
    hour DateTime('UTC'),
    project LowCardinality(String),
    version String,
    filename String,
    packagetype LowCardinality(String),
    installer LowCardinality(Nullable(String)),
    installer_version LowCardinality(Nullable(String)),
    python LowCardinality(Nullable(String)),
    implementation LowCardinality(Nullable(String)),
    system LowCardinality(Nullable(String)),
    distro LowCardinality(Nullable(String)),
    distro_version LowCardinality(Nullable(String)),
    cpu LowCardinality(Nullable(String)),
    ci Nullable(Bool),
    downloads UInt64,
    day Date DEFAULT toDate(hour),
    project_id UUID,
    installer_name LowCardinality(String),
    python_minor LowCardinality(String),
    system_name LowCardinality(String),
    PROJECTION projects (SELECT project_id, day, sum(downloads) GROUP BY project_id, day),
    PROJECTION clients (SELECT day, installer_name, python_minor, system_name, sum(downloads)
        GROUP BY day, installer_name, python_minor, system_name)
) ENGINE = MergeTree PARTITION BY day ORDER BY (project_id, day, filename)
SETTINGS non_replicated_deduplication_window = 1000
"""
_INSERT = "INSERT INTO downloads FORMAT JSONEachRow"
_PARTITIONS = "SELECT DISTINCT day FROM downloads"


class ClickHouseStore:
    """The store of a large site."""

    def __init__(self, places: Places, server: ClickHouse) -> None:
        self._places = places
        self._server = server

    def append(self, batch: int, rows: Sequence[Row]) -> None:
        """Put the rows into the queue, durably. ``tidy_up`` sends them."""
        ordered = sorted(rows, key=lambda row: row.hour.date())
        for day, of_day in groupby(ordered, key=lambda row: row.hour.date()):
            for number, part in enumerate(_parts(of_day)):
                self._queue(f"{batch:015}-{day}-{number:04}.jsonl", part)
        sync_path(self._places.queued)

    def _queue(self, name: str, lines: bytes) -> None:
        fresh = self._places.queued / f"{name}.new"
        with fresh.open("wb") as handle:
            handle.write(lines)
        sync_path(fresh)
        fresh.rename(self._places.queued / name)

    def tidy_up(self, keep_days: int) -> None:
        """Send what waits, and forget what is too old. Where the server does not answer, that is for the next time."""
        try:
            self.send()
            self._forget(keep_days)
        except ClickHouseError as error:
            log.warning("downloads wait to be sent to ClickHouse: %s", error)

    def send(self) -> None:
        """Send what waits, oldest first.

        Raises:
            ClickHouseError: when the server does not take it; what was not sent waits on.
        """
        self._server.run(_CREATE, _SEND)
        for path in sorted(self._places.queued.glob("*.jsonl")):
            self._insert(path.read_bytes(), path.stem)
            path.unlink()
        sync_path(self._places.queued)

    def _insert(self, lines: bytes, token: str) -> None:
        settings = {
            "insert_deduplication_token": token,
            "insert_deduplicate": "1",
            "async_insert": "0",  # the answer must mean that the rows are there
            "input_format_parallel_parsing": "0",
            "max_insert_block_size": str(_PART * 10),
        }
        self._server.insert(_INSERT, lines, settings, _SEND)

    def _forget(self, keep_days: int) -> None:
        if not keep_days:
            return
        oldest = now().date() - timedelta(days=keep_days)
        for row in self._server.select(_PARTITIONS, seconds=_LONGEST)[1]:
            if date.fromisoformat(row[0]) <= oldest:
                self._drop(date.fromisoformat(row[0]))

    def _drop(self, day: date) -> None:
        self._server.run(f"ALTER TABLE downloads DROP PARTITION '{day}'", _SEND)

    def replace(self, day: date, rows: Iterable[Row]) -> None:
        """Put these rows in the place of all that the server has of a day. Ended early, it is to be done again.

        Raises:
            ClickHouseError: when the server does not take them.
        """
        self._drop(day)
        at = now()
        for number, part in enumerate(_parts(rows)):
            self._insert(part, f"again-{at:%Y%m%dT%H%M%S.%f}-{day}-{number:04}")

    def query(self, statement: str, limit: int) -> Answer:
        """Answer a SELECT by ClickHouse, which lets it read what this site's account there may read."""
        settings = {
            "max_result_rows": str(limit),
            "result_overflow_mode": "break",
            "max_block_size": str(min(limit, 65536)),
            "max_memory_usage": str(_MEMORY),
        }
        try:
            columns, rows = self._server.select(statement, settings=settings, seconds=_LONGEST)
        except ClickHouseError as error:
            raise Refusal(str(error)) from error
        return Answer(columns, rows[:limit])


def _parts(rows: Iterable[Row]) -> Iterator[bytes]:
    """Write rows as lines, in parts that are sent at once."""
    left = iter(rows)
    while part := list(islice(left, _PART)):
        yield b"".join(orjson.dumps(_as_sent(row)) + b"\n" for row in part)


def _as_sent(row: Row) -> dict[str, Any]:
    """Return a row with the words by which pages tell clients apart: their rules are written once, in Python."""
    return as_record(row) | {
        "project_id": str(row.file.project or _NOBODY),
        "installer_name": row.client.installer_name,
        "python_minor": row.client.python_minor,
        "system_name": row.client.system_name,
    }
