# SPDX-License-Identifier: Apache-2.0
"""Previews are read from their own folder alone, and bodies that are one file are bounded like forms."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.core.settings import Settings
from cheeseshop.edge import Edge, EdgePaths
from tests.support.asgi import ask, post
from tests.support.edge_site import LIMIT, EchoUploads

TOKEN = "t" * 43
CONTENT = "/upload/2.0/files/0190a5c8-0000-7000-8000-000000000000/content"
FORM = "application/octet-stream"


@pytest.fixture
def staged(paths: EdgePaths, tmp_path: Path) -> Edge:
    folder = tmp_path / "staged"
    for part, name, text in (
        ("simple", "demo.html", "html"), ("simple", "demo.json", "json"), ("simple", "_list.html", "all"),
        ("files", "demo-1.0-py3-none-any.whl", "bytes"),
    ):  # fmt: skip
        (folder / TOKEN / part).mkdir(parents=True, exist_ok=True)
        (folder / TOKEN / part / name).write_text(text)
    (folder / "secret.html").write_text("secret")
    conf = Settings(access_log=False, url="https://packages.example.org", upload_2=True)
    uploads = EchoUploads()
    return Edge(conf, replace(paths, staged=folder), django=None, uploads=uploads, private_files=None, staged=uploads)


def test_a_preview_is_an_index_that_nobody_keeps(staged: Edge) -> None:
    page = ask(staged, f"/stage/{TOKEN}/simple/demo/")
    assert (page.status, page.body, page.header("content-type")) == (200, b"html", "text/html; charset=utf-8")
    assert page.header("cache-control") == "private, no-store"
    assert page.header("referrer-policy") == "no-referrer"
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    assert ask(staged, f"/stage/{TOKEN}/simple/demo/", accept).body == b"json"
    assert ask(staged, f"/stage/{TOKEN}/simple/").body == b"all"
    assert ask(staged, f"/stage/{TOKEN}/files/demo-1.0-py3-none-any.whl").body == b"bytes"
    head = ask(staged, f"/stage/{TOKEN}/simple/demo/", method="HEAD")
    assert (head.status, head.body, head.header("content-length")) == (200, b"", "4")
    assert ask(staged, f"/stage/{TOKEN}/simple/demo/", method="PUT").status == 405


@pytest.mark.parametrize(
    "path",
    ["/stage/", f"/stage/{TOKEN}", f"/stage/{TOKEN}/", f"/stage/{TOKEN}/simple/other/", f"/stage/{TOKEN}/simple/demo",
     f"/stage/{'u' * 43}/simple/demo/", f"/stage/{TOKEN}/files/../../secret.html", f"/stage/{TOKEN}/files/",
     f"/stage/{TOKEN}/simple/../demo/", f"/stage/{TOKEN}/simple/_list/", "/stage/../secret.html", "/stage/./simple/",
     f"/stage/{TOKEN}/files/a/b", f"/stage/{TOKEN}/files/\0", f"/stage/{TOKEN}/simple/demo/\n"],
)  # fmt: skip
def test_nothing_else_is_there(staged: Edge, path: str) -> None:
    assert ask(staged, path).status == 404


def test_without_the_setting_neither_is_there(edge: Edge) -> None:
    assert ask(edge, f"/stage/{TOKEN}/simple/demo/").status == 404
    assert post(edge, CONTENT, {"authorization": "x"}, [b"x"]).status == 404


@pytest.mark.parametrize("size", [1, 1000, 10**6])
@pytest.mark.parametrize("length", [True, False])
def test_bytes_are_spooled_and_hashed_in_any_blocks(staged: Edge, paths: EdgePaths, size: int, length: bool) -> None:
    data = bytes(range(256)) * 40
    headers = {"authorization": "x", "content-type": FORM} | ({"content-length": str(len(data))} if length else {})
    reply = post(staged, CONTENT, headers, [data[at : at + size] for at in range(0, len(data), size)])
    assert reply.status == 200
    assert json.loads(reply.body)["content"][1] == len(data)
    assert list(paths.spool.iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "blocks", "status"),
    [({"content-length": str(LIMIT + 1)}, [b"x"], 413), ({}, [b"x" * LIMIT, b"x"], 413),
     ({"content-length": "5"}, [b"abc"], 400), ({"content-length": "five"}, [b"abc"], 400)],
)  # fmt: skip
def test_refusals_are_problems(
    staged: Edge, paths: EdgePaths, headers: dict[str, str], blocks: list[bytes], status: int
) -> None:
    reply = post(staged, CONTENT, {"authorization": "x"} | headers, blocks)
    assert (reply.status, reply.header("content-type")) == (status, "application/problem+json")
    problem = json.loads(reply.body)
    assert (problem["status"], bool(problem["detail"])) == (status, True)
    assert list(paths.spool.iterdir()) == []


def test_who_goes_away_leaves_nothing(staged: Edge, paths: EdgePaths) -> None:
    post(staged, CONTENT, {"authorization": "x", "content-length": "100"}, [b"x" * 50], cut=True)
    assert list(paths.spool.iterdir()) == []


def test_too_many_at_once_are_told_to_wait(staged: Edge) -> None:
    staged._staged._inside = 10_000  # type: ignore[union-attr]
    reply = post(staged, CONTENT, {"authorization": "x"}, [b"x"])
    assert (reply.status, reply.header("retry-after")) == (503, "5")
