# SPDX-License-Identifier: Apache-2.0
"""Parquet files, a folder a day, written and read by DuckDB. Only child processes and commands load it.

A batch is one file in the folder of each day that it touches, under a name that grows with time. Compaction writes
``N.all.parquet``, which stands for every file of its folder up to N: the rename that shows it is the one step by which
it replaces the others, and readers pass those over whether they are removed yet or not.
"""

import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import orjson

from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.raw.store import COLUMNS, Answer, as_record
from cheeseshop.stats.tally import Row
from cheeseshop.storage.folder import sync_path

_ALL = ".all.parquet"
_ONE = ".parquet"
_MANY = 60  # files of the present day, after which they are made one
_OPTIONS = "(FORMAT parquet, COMPRESSION zstd)"
_MEMORY = "512MB"
_AT_ONCE = 500
_LONGEST = 60.0  # seconds that a statement may take
_PUBLIC = """
project, version, filename, packagetype, installer, installer_version,
nullif(regexp_extract(python, '^[0-9]+[.][0-9]+'), '') AS python, implementation, system,
CAST(SUM(downloads) AS BIGINT) AS downloads
"""


class ParquetStore:
    """The store of an embedded instance."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def append(self, batch: int, rows: Sequence[Row]) -> None:
        """Write a file for each day."""
        ordered = sorted(rows, key=lambda row: (row.hour, row.file.project_name, row.file.filename))
        for day, of_day in groupby(ordered, key=lambda row: row.hour.date()):
            folder = self._places.raw / f"day={day}"
            made = not folder.is_dir()
            folder.mkdir(exist_ok=True)
            if made:
                sync_path(self._places.raw)
            self._write(folder / f"{batch:015}{_ONE}", list(of_day))

    def _write(self, target: Path, rows: Sequence[Row]) -> None:
        lines = target.with_suffix(".json.new")
        lines.write_bytes(b"".join(orjson.dumps(as_record(row)) + b"\n" for row in rows))
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
        source = f"read_json({_quoted(lines)}, format = 'newline_delimited', columns = {{{columns}}})"
        copy_to(target, f"SELECT * FROM {source}")  # noqa: S608 - names of our own
        lines.unlink()

    def days(self) -> Iterator[date]:
        """Yield the days of which there is something, oldest first."""
        for folder in sorted(self._places.raw.glob("day=*")):
            yield date.fromisoformat(folder.name.removeprefix("day="))

    def files(self, day: date) -> list[Path]:
        """Return the files that together are a day, each download in one of them."""
        found = sorted(self._places.raw.joinpath(f"day={day}").glob(f"*{_ONE}"))
        whole = [path for path in found if path.name.endswith(_ALL)]
        if not whole:
            return found
        upto = whole[-1].name.removesuffix(_ALL)
        return [whole[-1], *(path for path in found if path.name[: len(upto)] > upto)]

    def tidy_up(self, keep_days: int) -> None:
        """Make one file of each day that is over, and remove days that are too old."""
        today = now().date()
        for day in list(self.days()):
            if keep_days and day <= today - timedelta(days=keep_days):
                shutil.rmtree(self._places.raw / f"day={day}")
                continue
            files = self.files(day)
            if len(files) > (1 if day < today else _MANY):
                self._compact(day, files)
            self._remove_replaced(day)

    def _compact(self, day: date, files: Sequence[Path]) -> None:
        upto = max(path.name.partition(".")[0] for path in files)
        names = ", ".join(COLUMNS)
        keys = ", ".join(name for name in COLUMNS if name != "downloads")
        total = "CAST(SUM(downloads) AS BIGINT) AS downloads"
        select = f"SELECT {keys}, {total} FROM {_from(files)} GROUP BY ALL ORDER BY {names}"  # noqa: S608 - as above
        copy_to(self._places.raw / f"day={day}" / f"{upto}{_ALL}", select)

    def _remove_replaced(self, day: date) -> None:
        kept = set(self.files(day))
        for path in self._places.raw.joinpath(f"day={day}").iterdir():
            if path not in kept:
                path.unlink()

    def unpublished(self) -> list[date]:
        """Return the days that are over and whose public file is missing, or older than what it was made from."""
        return [day for day in self.days() if day < now().date() and self._is_stale(day)]

    def _is_stale(self, day: date) -> bool:
        public = self._places.public / f"{day}{_ONE}"
        newest = max((path.stat().st_mtime for path in self.files(day)), default=0.0)
        return not public.is_file() or public.stat().st_mtime < newest

    def projects(self, day: date) -> list[str]:
        """Return the names of the projects that were downloaded on a day."""
        with duckdb.connect(":memory:") as connection:
            found = connection.execute(f"SELECT DISTINCT project FROM {_from(self.files(day))}")  # noqa: S608 - as above
            return [str(row[0]) for row in found.fetchall()]

    def records(self, day: date) -> Iterator[list[dict[str, Any]]]:
        """Yield what a day holds, some at a time, in the same order each time."""
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"SET memory_limit = '{_MEMORY}'; SET threads = 1; SET TimeZone = 'UTC'")
            found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM {_from(self.files(day))}")  # noqa: S608 - as above
            while rows := found.fetchmany(_AT_ONCE):
                yield [dict(zip(COLUMNS, row, strict=True)) for row in rows]

    def publish(self, day: date, projects: Sequence[str]) -> None:
        """Write the public file of a day, with these projects and what tells nobody apart."""
        copy_to(
            self._places.public / f"{day}{_ONE}",
            f"SELECT DATE '{day}' AS day, {_PUBLIC} FROM {_from(self.files(day))} "  # noqa: S608 - as above
            f"WHERE project IN (SELECT unnest($projects)) GROUP BY ALL ORDER BY ALL",
            projects,
        )

    def query(self, statement: str, limit: int) -> Answer:
        """Answer a SELECT by DuckDB, which may read these files and nothing else."""
        files = [path for day in self.days() for path in self.files(day)]
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"SET memory_limit = '{_MEMORY}'; SET threads = 2; SET temp_directory = ''")
            connection.execute(f"CREATE VIEW downloads AS SELECT * FROM {_from(files)}")  # noqa: S608 - names of our own
            lock_down(connection, self._places.raw)
            return ask(connection, statement, limit)


def lock_down(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Let a connection read below one folder and nowhere else, load nothing, and never change its mind."""
    connection.execute(f"SET allowed_directories = [{_quoted(folder)}]")
    for rule in (
        "enable_external_access = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "python_enable_replacements = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {rule}")


def ask(connection: duckdb.DuckDBPyConnection, statement: str, limit: int, seconds: float = _LONGEST) -> Answer:
    """Run one statement that only reads, for a number of seconds at most.

    Raises:
        Refusal: when it is wrong, does anything else, or takes longer.
    """
    watch = threading.Timer(seconds, connection.interrupt)
    watch.daemon = True
    watch.start()
    try:
        found = connection.extract_statements(statement)
        if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
            raise Refusal("Write one SELECT statement over the table downloads.")
        result = connection.execute(found[0])
        columns = [str(column[0]) for column in result.description or []]
        return Answer(columns, [list(row) for row in result.fetchmany(limit)])
    except duckdb.InterruptException as error:
        raise Refusal(f"The statement took more than {seconds:g} seconds. Ask for fewer days or columns.") from error
    except (
        duckdb.Error,
        RuntimeError,
        ValueError,
        OverflowError,
    ) as error:  # the last are of values no Python type holds
        raise Refusal(str(error)) from error
    finally:
        watch.cancel()


def copy_to(target: Path, select: str, projects: Sequence[str] = ()) -> None:
    """Write what a SELECT gives as one Parquet file: under another name, synced, then shown."""
    fresh = target.with_suffix(".new")
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'; SET threads = 1; SET TimeZone = 'UTC'")
        values = {"projects": list(projects)} if "$projects" in select else None
        connection.execute(f"COPY ({select}) TO {_quoted(fresh)} {_OPTIONS}", values)
    sync_path(fresh)
    fresh.rename(target)
    sync_path(target.parent)


def _from(files: Sequence[Path]) -> str:
    """Return what to select from: files, or nothing with the same columns."""
    if files:
        return f"read_parquet([{', '.join(_quoted(path) for path in files)}], hive_partitioning = false)"
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items())
    return f"(SELECT {nothing} LIMIT 0)"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
