# SPDX-License-Identifier: Apache-2.0
"""Print reads a second of a project page, ours beside a bare Granian application with the same bytes."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.support.archives import build_wheel
from tests.support.index import live_index

_BARE_PORT = 8661
_FILES = (3, 300)


def _rate(url: str) -> float:
    done = subprocess.run(["wrk", "-t1", "-c16", "-d4s", url], capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        sys.exit(done.stdout)
    return float(found[1])


def _bare_rate(folder: Path, path: str, body: bytes) -> float:
    kept = folder / "body"
    kept.write_bytes(body)
    environ = os.environ | {"BENCH_BODY": str(kept), "BENCH_PATH": path}
    program = [sys.executable, "-m", "granian", "--interface", "asginl", "--loop", "uvloop", "--no-ws"]
    server = subprocess.Popen(
        [*program, "--port", str(_BARE_PORT), "--log-level", "warning", "bench.bare:app"], env=environ
    )
    try:
        url = f"http://127.0.0.1:{_BARE_PORT}{path}"
        for _ in range(200):
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        return _rate(url)
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    """Measure and print."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    with tempfile.TemporaryDirectory() as name, live_index(Path(name), CHEESESHOP_ACCESS_LOG="no") as index:
        folder = Path(name)
        for count in _FILES:
            for number in range(count):
                filename, content = build_wheel(f"bench{count}", f"1.{number}")
                (folder / "dist").mkdir(exist_ok=True)
                (folder / "dist" / filename).write_bytes(content)
        index.command("import", str(folder / "dist"), "--user", "alice")
        for count in _FILES:
            path = f"/simple/bench{count}/"
            body = httpx.get(index.url + path, trust_env=False).content
            ours, bare = _rate(index.url + path), _bare_rate(folder, path, body)
            print(
                f"page of {count:4} files: ours {ours:8.0f}/s, bare {bare:8.0f}/s, ratio {ours / bare:.2f}", flush=True
            )


if __name__ == "__main__":
    main()
