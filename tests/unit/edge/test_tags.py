# SPDX-License-Identifier: Apache-2.0
"""Surrogate keys: with everything that a front by keys may keep, and with nothing where there is no such front."""

import pytest

from cheeseshop.edge import EdgePaths
from tests.support.asgi import ask
from tests.support.edge_site import KEY, make_edge

FILE = f"file/abcd{'0' * 60}"
TAGS = {
    "/simple/": "all-projects",
    "/simple/demo/": "project/demo",
    "/simple/sealed/": "project/sealed",
    "/pypi/demo/json": "project/demo",
    "/pypi/demo/1.0.0/json": "project/demo",
    f"/packages/{KEY}": FILE,
    f"/packages/{KEY}.metadata": FILE,
    "/simple/nothing/": None,
}


@pytest.mark.parametrize(
    ("purge", "expected"),
    [
        ("keys+http://127.0.0.1:1/", TAGS),
        ("http://127.0.0.1:1 keys+http://127.0.0.1:1/", TAGS),
        ("http://127.0.0.1:1", dict.fromkeys(TAGS)),
        ("", dict.fromkeys(TAGS)),
    ],
)
def test_answers_carry_the_keys_of_what_they_are_made_of(
    paths: EdgePaths, purge: str, expected: dict[str, str | None]
) -> None:
    edge = make_edge(paths, purge=purge)
    for _ in range(2):  # the second from memory
        told = {path: ask(edge, path).header("surrogate-key") or None for path in TAGS}
        assert told == expected
