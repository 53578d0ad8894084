# SPDX-License-Identifier: Apache-2.0
"""Files and their ranges (RFC 9110), and nothing that is not below the public tree."""

import pytest

from cheeseshop.edge import Edge, EdgePaths
from tests.support.asgi import ask
from tests.support.edge_site import CONTENT, KEY

PATH = f"/packages/{KEY}"
SIZE = len(CONTENT)


def test_every_header_of_a_file(edge: Edge) -> None:
    reply = ask(edge, PATH)
    assert (reply.status, reply.body) == (200, CONTENT)
    assert reply.headers == [
        (b"content-type", b"application/octet-stream"),
        (b"etag", f'"{"abcd" + "0" * 28}"'.encode()),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"max-age=31536000, immutable, public"),
        (b"x-content-type-options", b"nosniff"),
        (b"access-control-allow-origin", b"*"),
        (b"content-length", str(SIZE).encode()),
    ]


def test_metadata_is_text_with_an_etag_of_its_own(edge: Edge) -> None:
    reply = ask(edge, PATH + ".metadata")
    assert (reply.body, reply.header("content-type")) == (b"Name: demo\n", "text/plain; charset=utf-8")
    assert reply.header("etag") != ask(edge, PATH).header("etag")


@pytest.mark.parametrize(
    ("wanted", "span"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=1000-", (1000, SIZE - 1)),
        ("bytes=-5", (SIZE - 5, SIZE - 1)),
        ("bytes=-999999", (0, SIZE - 1)),
        ("bytes=1000-999999", (1000, SIZE - 1)),
    ],
)
def test_a_range(edge: Edge, wanted: str, span: tuple[int, int]) -> None:
    reply = ask(edge, PATH, {"range": wanted})
    first, last = span
    assert reply.status == 206
    assert reply.body == CONTENT[first : last + 1]
    assert reply.header("content-range") == f"bytes {first}-{last}/{SIZE}"
    assert reply.header("content-length") == str(len(reply.body))


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=99999999-", "bytes=-0"])
def test_a_range_that_can_not_be_had(edge: Edge, wanted: str) -> None:
    reply = ask(edge, PATH, {"range": wanted})
    assert (reply.status, reply.header("content-range")) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize(
    "wanted", ["bytes=5-3", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=a-b", "bytes=" + "9" * 50 + "-"]
)
def test_a_range_that_is_not_understood_gives_the_whole(edge: Edge, wanted: str) -> None:
    reply = ask(edge, PATH, {"range": wanted})
    assert (reply.status, reply.body) == (200, CONTENT)


def test_if_range_holds_the_range_to_one_version(edge: Edge) -> None:
    tag = ask(edge, PATH).header("etag")
    assert ask(edge, PATH, {"range": "bytes=0-4", "if-range": tag}).status == 206
    for other in ('"other"', f"W/{tag}", "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert ask(edge, PATH, {"range": "bytes=0-4", "if-range": other}).status == 200


def test_not_modified_outranks_a_range(edge: Edge) -> None:
    tag = ask(edge, PATH).header("etag")
    reply = ask(edge, PATH, {"range": "bytes=0-4", "if-none-match": tag})
    assert (reply.status, reply.body, reply.header("etag")) == (304, b"", tag)


def test_head_ignores_ranges(edge: Edge) -> None:
    get = ask(edge, PATH)
    for headers in ({}, {"range": "bytes=0-4"}, {"range": "bytes=99999-"}):
        head = ask(edge, PATH, headers, method="HEAD")
        assert (head.status, head.body, head.headers) == (200, b"", get.headers)


@pytest.mark.parametrize(
    "path",
    [
        "ab/cd/" + "0" * 60 + "/other-1.0-py3-none-any.whl",
        "ab/cd/" + "0" * 60 + "/",
        "ab/cd/" + "0" * 60,
        "ab/cd/" + "0" * 60 + "/../../../../spool/x",
        "ab/cd/" + "0" * 60 + "/..",
        "AB/cd/" + "0" * 60 + "/demo-1.0-py3-none-any.whl",
        "../../secret.key",
        "/etc/passwd",
        KEY + "/",
        KEY + "\n",
        KEY + "\x00",
        KEY.replace("demo", "%64emo"),
        KEY + "x" * 300,
        "",
    ],
)
def test_other_paths_are_not_found(edge: Edge, paths: EdgePaths, path: str) -> None:
    (paths.spool / "x").write_bytes(b"secret")
    assert ask(edge, f"/packages/{path}").status == 404


def test_a_file_that_is_taken_out_of_the_public_tree_is_gone_at_once(edge: Edge, paths: EdgePaths) -> None:
    assert ask(edge, PATH).status == 200
    (paths.public / "packages" / KEY).unlink()
    assert ask(edge, PATH).status == 404
