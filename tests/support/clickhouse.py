# SPDX-License-Identifier: Apache-2.0
"""ClickHouse itself, as a library (chdb), behind the HTTP interface that its server has.

``python -m tests.support.clickhouse PORT FOLDER`` in a process of its own, because the library is half a gigabyte of
machine code. It does what our program asks of a server: settings and parameters in the address, a statement or rows in
the body, errors by status and header.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.support.index import free_port
from tests.support.processes import wait_until

INSTALLED = find_spec("chdb") is not None
USER, PASSWORD = "counter", "a secret"
_NOT_SETTINGS = frozenset({"query", "database", "default_format", "wait_end_of_query"})
_CODE = re.compile(r"Code: (\d+)\.")
_START = 60.0


@contextmanager
def clickhouse(folder: Path) -> Iterator[str]:
    """Run a server until the block ends, and give its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.support.clickhouse", str(port), str(folder)]
    with subprocess.Popen(command) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/ping", process)
            yield f"http://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/stats"
        finally:
            process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    def answers() -> bool:
        try:
            return httpx.get(url, trust_env=False).is_success
        except httpx.TransportError:
            return False

    assert wait_until(answers, process, _START), "ClickHouse does not start"


class _Handler(BaseHTTPRequestHandler):
    folder: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, b"Ok.\n")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if (self.headers["X-ClickHouse-User"], self.headers["X-ClickHouse-Key"]) != (USER, PASSWORD):
            self._answer(403, b"Code: 516. DB::Exception: Authentication failed", "516")
            return
        asked = dict(parse_qsl(urlsplit(self.path).query))
        try:
            self._answer(200, self._run(asked, body))
        except Exception as error:  # noqa: BLE001 - the library's errors are of no common kind
            found = _CODE.search(str(error))
            self._answer(500, str(error).encode(), found[1] if found else "")

    def _run(self, asked: dict[str, str], body: bytes) -> bytes:
        """Run one request on a connection of its own, which its settings end with."""
        import chdb

        connection = chdb.connect(self.folder)
        try:
            connection.query(f"USE {asked['database']}")
            own = {k: v for k, v in asked.items() if k not in _NOT_SETTINGS and not k.startswith("param_")}
            if own:
                ordered = sorted(own.items(), key=lambda each: each[0] == "readonly")  # nothing may be set after it
                connection.query("SET " + ", ".join(f"{name} = '{value}'" for name, value in ordered))
            values: dict[str, Any] = {k[6:]: v for k, v in asked.items() if k.startswith("param_")}
            statement = "\n".join(filter(None, (asked.get("query", ""), body.decode())))
            found = connection.query(statement, asked.get("default_format", "TabSeparated"), params=values)
            return found.data().encode() if found is not None else b""
        finally:
            connection.close()

    def _answer(self, status: int, body: bytes, code: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(port: int, folder: str) -> None:
    """Make the database, and serve."""
    import chdb

    kept = chdb.connect(folder)  # the library ends its engine with the last connection
    kept.query("CREATE DATABASE IF NOT EXISTS stats")
    _Handler.folder = folder
    ThreadingHTTPServer(("127.0.0.1", port), _Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
