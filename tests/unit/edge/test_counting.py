# SPDX-License-Identifier: Apache-2.0
"""What counts as a download, and how it reaches the disk."""

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from cheeseshop.edge import DownloadLog, Edge, EdgePaths
from cheeseshop.edge_contract.downloads import LONGEST_AGENT, Download, Places, decode
from tests.support.asgi import request
from tests.support.edge_site import CONTENT, KEY, make_edge

FILE = f"/packages/{KEY}"


def lines(places: Places) -> list[Download]:
    found = []
    for path in sorted(places.segments.glob("*.segment")):
        with path.open("rb") as each:
            found += [line for line in decode(each) if line is not None]
    return found


def fetch(edge: Edge, log: DownloadLog, *asked: tuple[str, str, Mapping[str, str]]) -> list[int]:
    """Answer these requests (method, path, headers), then end as a worker does."""

    async def run() -> list[int]:
        edge.downloads = log
        statuses = [(await request(edge, path, headers, method=method)).status for method, path, headers in asked]
        log.close()
        return statuses

    return asyncio.run(run())


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "stats")


@pytest.mark.parametrize(
    ("method", "headers", "path", "status", "counted"),
    [
        ("GET", {}, FILE, 200, 1),
        ("GET", {"range": "bytes=0-99"}, FILE, 206, 1),
        ("GET", {"range": "bytes=0-"}, FILE, 206, 1),
        ("GET", {"range": f"bytes=-{len(CONTENT)}"}, FILE, 206, 1),
        ("GET", {"range": "bytes=1-"}, FILE, 206, 0),
        ("GET", {"range": "bytes=-10"}, FILE, 206, 0),
        ("GET", {"range": "bytes=99999-"}, FILE, 416, 0),
        ("GET", {"if-none-match": "*"}, FILE, 304, 0),
        ("HEAD", {}, FILE, 200, 0),
        ("HEAD", {"range": "bytes=0-99"}, FILE, 200, 0),
        ("GET", {}, f"{FILE}.metadata", 200, 0),
        ("GET", {}, FILE.replace("ab/cd", "ab/ce"), 404, 0),
        ("POST", {}, FILE, 405, 0),
        ("GET", {}, "/simple/demo/", 200, 0),
    ],
)
def test_what_counts(
    paths: EdgePaths, places: Places, method: str, headers: dict[str, str], path: str, status: int, counted: int
) -> None:
    asked = (method, path, {"user-agent": "pip/25", **headers})
    assert fetch(make_edge(paths), DownloadLog(places, 60), asked) == [status]
    assert [(each.key, each.agent, each.count) for each in lines(places)] == [(KEY, "pip/25", 1)] * counted


def test_the_same_client_takes_one_line(paths: EdgePaths, places: Places) -> None:
    asked = [("GET", FILE, {"user-agent": agent}) for agent in ("a", "b", "a", "a", "\xff" * 5000)]
    fetch(make_edge(paths), DownloadLog(places, 60), *asked, ("GET", FILE, {}))
    found = Counter({each.agent: each.count for each in lines(places)})
    assert found == {"a": 3, "b": 1, "": 1, "\xff" * LONGEST_AGENT: 1}


def test_a_full_queue_drops_and_tells_how_many(paths: EdgePaths, places: Places) -> None:
    asked = [("GET", FILE, {"user-agent": f"agent {number}"}) for number in range(10)]
    fetch(make_edge(paths), DownloadLog(places, 60, room=1000), *asked)
    found = lines(places)
    kept, lost = [each for each in found if not each.is_loss], [each for each in found if each.is_loss]
    assert len(kept) == 4
    assert [each.count for each in lost] == [6]


def test_a_segment_is_locked_while_it_is_written_and_a_new_one_follows(places: Places) -> None:
    async def run() -> None:
        log = DownloadLog(places, 0)
        log.add("a", b"x")
        log._tick()
        assert log._writing is not None
        log._writing.result()
        log.add("b", b"x")
        log.close()

    asyncio.run(run())
    assert [each.key for each in lines(places)] == ["a", "b"]
    for path in places.segments.iterdir():
        with path.open("rb") as segment:
            fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_two_workers_write_beside_each_other_and_open_segments_are_left_alone(places: Places) -> None:
    from cheeseshop.stats.segments import claim

    async def run() -> None:
        places.prepare()
        first, second = DownloadLog(places, 3600), DownloadLog(places, 3600)
        for log, key in ((first, "a"), (second, "b")):
            log.add(key, b"x")
            log._tick()
            assert log._writing is not None
            log._writing.result()
        assert claim(places, 0) is None
        first.close()
        mine = claim(places, 0)
        assert mine is not None
        assert [each.key for each in mine.read() if each] == ["a"]
        second.close()
        next_one = claim(places, mine.id)
        assert next_one is not None
        assert next_one.id > mine.id

    asyncio.run(run())


def test_a_disk_that_is_full_costs_counts_and_nothing_else(
    paths: EdgePaths, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    assert fetch(make_edge(paths), DownloadLog(places, 60), ("GET", FILE, {"user-agent": "a"})) == [200]
    assert lines(places) == []
