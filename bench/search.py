# SPDX-License-Identifier: Apache-2.0
"""Searches in an index of many synthetic projects, on SQLite and on PostgreSQL, each in a process of its own.

Processor time, the database server's included, is what a machine that does nothing else would let a search wait.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.report import table
from tests.support.postgres import postgres

PROJECTS = 20_000


def measure(folder: Path, projects: int = PROJECTS) -> None:
    """Print how long searches take, and how long the index takes to follow a release."""
    for name, environ in (("SQLite", {}), *_postgresql()):
        own = {"CHEESESHOP_DATA": str(folder / name), "CHEESESHOP_URL": "http://localhost:8000", **environ}
        command = [sys.executable, "-m", "bench.search_one", str(projects)]
        with _database(own):
            done = subprocess.run(command, env=os.environ | own, stdout=subprocess.PIPE, text=True, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        head = ("milliseconds", "processor p50", "p99", "waited p50", "p99", "found")
        table(f"{name}, {projects:,} projects, {told['bytes'] / 2**20:,.0f} MiB", head, told["rows"])


def _postgresql() -> Iterator[tuple[str, dict[str, str]]]:
    with postgres() as server:
        if server is None:
            print("PostgreSQL is left out: there is none here.")
            return
        yield "PostgreSQL", {"CHEESESHOP_DATABASE_URL": f"{server.rpartition('/')[0]}/bench_{uuid4().hex[:12]}"}


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
