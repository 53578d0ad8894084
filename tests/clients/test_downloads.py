# SPDX-License-Identifier: Apache-2.0
"""Real pip and uv, two workers, and workers that are killed: what was downloaded is counted once."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.support.archives import build_sdist, build_wheel
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.clients, pytest.mark.index]


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("counting")
    packages = folder / "packages"
    packages.mkdir()
    for filename, data in (build_wheel("fetched", "1.0"), build_sdist("fetched", "1.0"), build_wheel("killed", "1.0")):
        (packages / filename).write_bytes(data)
    with live_index(folder, workers=2, CHEESESHOP_COUNT_INTERVAL="1", CHEESESHOP_ACCESS_LOG="off") as running:
        running.command("import", str(packages), "--user", "alice")
        yield running


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what another process does in its own time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def asked(index: Index, statement: str) -> list[list[Any]]:
    return json.loads(index.command("stats", "query", "--json", statement).stdout)["rows"]


def today(index: Index) -> int:
    reply = httpx.get(f"{index.url}/stats/", headers={"accept": "application/json"}, trust_env=False)
    return int(reply.json()["downloads"]["last_day"])


def urls(index: Index, project: str) -> dict[str, str]:
    page = httpx.get(f"{index.url}/pypi/{project}/json", trust_env=False).json()
    return {each["filename"]: each["url"] for each in page["urls"]}


def test_pip_and_uv_are_counted_with_their_python(counting: Index, run, tmp_path: Path) -> None:
    simple = f"{counting.url}/simple/"
    run("pip", "download", "--no-cache-dir", "--no-deps", "--index-url", simple, "-d", str(tmp_path / "p"), "fetched")
    run(
        "uv", "pip", "install", "--no-cache", "--default-index", simple, "--python", sys.executable,
        "--target", str(tmp_path / "u"), "fetched",
    )  # fmt: skip
    wheel = urls(counting, "fetched")["fetched-1.0-py3-none-any.whl"]
    assert httpx.get(wheel, headers={"range": "bytes=5-"}, trust_env=False).status_code == 206
    assert httpx.head(wheel, trust_env=False).status_code == 200
    assert httpx.get(f"{wheel}.metadata", trust_env=False).status_code == 200
    until(lambda: today(counting) >= 2)
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    rows = asked(
        counting,
        "SELECT filename, installer, python, system, implementation, sum(downloads)::BIGINT FROM downloads "
        "WHERE project = 'fetched' GROUP BY ALL ORDER BY installer",
    )
    file = "fetched-1.0-py3-none-any.whl"
    assert rows == [[file, installer, python, os.uname().sysname, "CPython", 1] for installer in ("pip", "uv")]
    page = httpx.get(f"{counting.url}/project/fetched/1.0/statistics/", trust_env=False).text
    assert f">{sys.version_info.major}.{sys.version_info.minor}<" in page


def test_a_worker_that_is_killed_loses_a_second_at_most(counting: Index) -> None:
    (url,) = urls(counting, "killed").values()

    def fetch(times: int) -> None:
        for _ in range(times):  # a connection each, so that both workers get some
            assert httpx.get(url, trust_env=False).status_code == 200

    def found() -> int:
        return int(asked(counting, "SELECT coalesce(sum(downloads), 0)::BIGINT FROM downloads "
                                   "WHERE project = 'killed'")[0][0])  # fmt: skip

    fetch(40)
    until(lambda: found() == 40)
    fetch(5)
    for worker in psutil.Process(counting.process.pid).children():
        worker.send_signal(signal.SIGKILL)

    def answers() -> bool:
        try:
            return httpx.get(f"{counting.url}/simple/", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    until(answers)
    fetch(3)
    until(lambda: found() >= 43)
    counting.command("stats", "count")
    assert 43 <= found() <= 48
    counting.command("verify")
