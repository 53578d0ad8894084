# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL for the suite: the one that was named, the one that runs here, or one of our own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


@contextmanager
def postgres() -> Iterator[str | None]:
    """Give the address of a server whose user may create databases, or None where there is none."""
    named = os.environ.get("CHEESESHOP_TEST_DATABASE_URL")
    if named or _answers(_LOCAL):
        yield named or _LOCAL
        return
    with _own_server() as url:
        yield url


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@contextmanager
def _own_server() -> Iterator[str | None]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None:
        yield None
        return
    control = str(Path(initdb).with_name("pg_ctl"))
    with tempfile.TemporaryDirectory() as folder:
        prefix = _as_postgres(folder)
        port = _free_port()
        data = f"{folder}/data"
        subprocess.run([*prefix, initdb, "-D", data, "-A", "trust", "-U", "postgres"], check=True, capture_output=True)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        # Into a file: the server keeps what it was started with, and a pipe would be waited for until it ends.
        start = [*prefix, control, "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*prefix, control, "-D", data, "-m", "immediate", "stop"], check=True, capture_output=True)


def _as_postgres(folder: str) -> list[str]:
    """PostgreSQL refuses to run as root: step down to its own user."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
