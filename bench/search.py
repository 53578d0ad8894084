# SPDX-License-Identifier: Apache-2.0
"""Searches in an index of many synthetic projects, on SQLite and on PostgreSQL, each in a process of its own.

Both are filled at once, and one is asked after the other. Processor time, the database server's included, is what a
machine that does nothing else would let a search wait.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.report import table
from tests.support.postgres import postgres

PROJECTS = 20_000


def measure(folder: Path, projects: int = PROJECTS) -> None:
    """Print how long searches take, and how long the index takes to follow a release."""
    with ExitStack() as stack:
        environs = {"SQLite": {}, **_postgresql(stack)}
        filling = {name: stack.enter_context(_filling(folder / name, own, projects)) for name, own in environs.items()}
        for process in filling.values():  # at once, and asked in turn
            _line(process)
        for name, process in filling.items():
            assert process.stdin is not None
            print("ask", file=process.stdin, flush=True)
            told = json.loads(_line(process))
            head = ("milliseconds", "processor p50", "p99", "waited p50", "p99", "found")
            table(f"{name}, {projects:,} projects, {told['bytes'] / 2**20:,.0f} MiB", head, told["rows"])


@contextmanager
def _filling(folder: Path, environ: dict[str, str], projects: int) -> "Iterator[subprocess.Popen[str]]":
    """Start what fills a database and then waits to be told to ask it."""
    own = {"CHEESESHOP_DATA": str(folder), "CHEESESHOP_URL": "http://localhost:8000", **environ}
    command = [sys.executable, "-m", "bench.search_one", str(projects)]
    with _database(own):
        process = subprocess.Popen(
            command, env=os.environ | own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        sys.exit("The measurement ended early: see above.")
    return line


def _postgresql(stack: ExitStack) -> dict[str, dict[str, str]]:
    server = stack.enter_context(postgres())
    if server is None:
        print("PostgreSQL is left out: there is none here.")
        return {}
    address = f"{server.rpartition('/')[0]}/bench_{uuid4().hex[:12]}"
    return {"PostgreSQL": {"CHEESESHOP_DATABASE_URL": address}}


@contextmanager
def _database(environ: dict[str, str]) -> Iterator[None]:
    url = environ.get("CHEESESHOP_DATABASE_URL")
    if url is None:
        yield
        return
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            yield
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def part(projects: int) -> "partial[None]":
    """Return the part with its number of projects."""
    return partial(measure, projects=projects)
