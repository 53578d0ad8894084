# SPDX-License-Identifier: Apache-2.0
"""A real index for tests: ``cheeseshop serve`` in a process of its own, with a person and a token made by command."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from tests.support.processes import end, wait_until

PASSWORD = "a long password"
_START = 180.0


@dataclass(frozen=True, slots=True)
class Index:
    """A running index: its address, its data folder, a token of user ``alice``, and its server's process."""

    url: str
    data: Path
    token: str
    environ: dict[str, str]
    process: "subprocess.Popen[bytes]"

    def command(
        self, *arguments: str, stdin: str = "", check: bool = True, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        return command(self.environ, *arguments, stdin=stdin, check=check, timeout=timeout)


def command(
    environ: dict[str, str], *arguments: str, stdin: str = "", check: bool = True, timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """Run ``cheeseshop`` with these arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "cheeseshop.cli", *arguments],
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


def clean_environ() -> dict[str, str]:
    """The environment without settings of ours and without those of the clients."""
    dropped = ("CHEESESHOP_", "PIP_", "UV_", "TWINE_", "DJANGO_", "PYTEST_", "FLIT_", "HATCH_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return kept | {
        "PIP_CONFIG_FILE": os.devnull,
        "UV_NO_CONFIG": "1",
        "NO_COLOR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """Settings of a database of its own: SQLite, or a new one on the server that the suite was given."""
    server = os.environ.get("CHEESESHOP_DATABASE_URL", "")
    if not server:
        yield {}
        return
    name = f"cheeseshop_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {"CHEESESHOP_DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def live_index(folder: Path, *, workers: int = 1, **settings: str) -> Iterator[Index]:
    """Run an index in ``folder`` until the block ends. ``workers`` 0: as many as ``serve`` takes by itself."""
    port = free_port()
    own = {"CHEESESHOP_DATA": str(folder / "var"), "CHEESESHOP_URL": f"http://localhost:{port}"}
    own |= {"CHEESESHOP_BREACHED_PASSWORDS_URL": "off", **settings}
    with database() as chosen:
        environ = clean_environ() | own | chosen
        log = (folder / "serve.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "cheeseshop.cli", "serve", "--port", str(port), *_workers(workers)],
            env=environ,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(process, f"http://localhost:{port}/simple/", folder)
            address = "alice@example.org"
            command(
                environ, "user", "create", "alice", "--email", address, "--password-stdin", "--verified", stdin=PASSWORD
            )
            token = command(environ, "token", "create", "--user", "alice").stdout.strip()
            yield Index(f"http://localhost:{port}", folder / "var", token, environ, process)
        finally:
            end(process)
            log.close()


def _workers(count: int) -> list[str]:
    return ["--workers", str(count)] if count else []


def _wait(process: "subprocess.Popen[bytes]", url: str, folder: Path) -> None:
    def answers() -> bool:
        try:
            return httpx.get(url, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    assert wait_until(answers, process, _START), (folder / "serve.log").read_text()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
