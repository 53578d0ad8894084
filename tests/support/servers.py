# SPDX-License-Identifier: Apache-2.0
"""The edge in a real server of its own, without the rest of the program."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import end, wait_until

_START = 30.0


@contextmanager
def run_edge(folder: Path, **settings: object) -> Iterator[int]:
    """Serve the site that lies in ``folder``; yields the port on 127.0.0.1."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    options = ["--interface", "asgi", "--loop", "uvloop", "--no-ws", "--backlog", "1024", "--backpressure", "1024"]
    program = [sys.executable, "-m", "granian", *options, "--port", str(port), "--log-level", "warning"]
    environ = os.environ | {"EDGE_FOLDER": str(folder), "EDGE_SETTINGS": json.dumps(settings)}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*program, "tests.support.edge_application:application"], env=environ, stdout=log, stderr=log
        )
        try:
            _wait(server, port, folder)
            yield port
        finally:
            end(server)


def exchange(port: int, *parts: bytes) -> bytes:
    """Send bytes as they are on a connection of its own and return all that comes back until the server closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while block := connection.recv(65536):
            received += block
        return received


def _wait(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    request = b"GET /simple/demo/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    def answers() -> bool:
        try:
            return exchange(port, request).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    assert wait_until(answers, server, _START), (folder / "server.log").read_text()
