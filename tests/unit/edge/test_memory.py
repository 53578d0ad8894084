# SPDX-License-Identifier: Apache-2.0
"""The memory of ready answers stays within its bound, whatever clients write in their headers."""

import tracemalloc

from cheeseshop.edge import EdgePaths
from cheeseshop.edge.reading import Entry, Key, Memory
from cheeseshop.edge.responses import Answer
from tests.support.asgi import ask
from tests.support.edge_site import make_edge


def entry(size: int) -> Entry:
    return Entry(Answer(200, [], bytes(size)), b'"x"', "", (0, 0, 0))


def key(name: str) -> Key:
    return (name, b"", b"", b"")


def test_the_least_lately_used_goes_first() -> None:
    memory = Memory(100_000)
    for name in "abc":
        memory.keep(key(name), entry(30_000))
    assert memory.find(key("a")) is not None
    memory.keep(key("d"), entry(30_000))
    assert [n for n in "abcd" if memory.find(key(n)) is not None] == ["a", "c", "d"]


def test_what_is_forgotten_or_replaced_makes_room() -> None:
    memory = Memory(100_000)
    for _ in range(50):
        memory.keep(key("a"), entry(60_000))
    memory.forget(key("a"))
    memory.forget(key("a"))
    memory.keep(key("b"), entry(40_000))
    memory.keep(key("c"), entry(40_000))
    assert memory.find(key("b")) is not None


def test_large_answers_are_not_kept() -> None:
    memory = Memory(64 * 1024 * 1024)
    memory.keep(key("a"), entry(8 * 1024 * 1024))
    assert memory.find(key("a")) is None


def test_long_headers_do_not_fill_the_memory(paths: EdgePaths) -> None:
    edge = make_edge(paths, page_cache_mb=1)
    ask(edge, "/simple/demo/")
    tracemalloc.start()
    for number in range(1500):
        long = f"text/html, {number}{'x' * 20_000}"
        assert ask(edge, "/simple/demo/", {"accept": long, "accept-encoding": long}).status == 200
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 8 * 1024 * 1024  # the headers alone were 60 MB
