# SPDX-License-Identifier: Apache-2.0
"""Pages by every header that decides their form: PEP 503, 691, and RFC 9110."""

import gzip
import json
import shutil

import pytest
import zstandard

from cheeseshop.edge import Edge, EdgePaths
from tests.support.asgi import ask
from tests.support.edge_site import write_page

HTML, V1_HTML = "text/html", "application/vnd.pypi.simple.v1+html"
V1_JSON = "application/vnd.pypi.simple.v1+json"
CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since"),
    (b"access-control-allow-methods", b"GET"),
    (b"access-control-max-age", b"86400"),
    (b"access-control-expose-headers", b"X-PyPI-Last-Serial"),
]


@pytest.mark.parametrize("twice", [False, True])
def test_every_header_of_a_simple_page(edge: Edge, *, twice: bool) -> None:
    if twice:  # the second answer comes from memory
        ask(edge, "/simple/demo/")
    page = ask(edge, "/simple/demo/")
    assert page.status == 200
    assert page.body == b"<html>demo<!--7--></html>\n"
    assert page.headers == [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"26"),
        (b"cache-control", b"max-age=600, public"),
        (b"etag", b'"1.7.simple_htmltext/html.identity"'),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"x-pypi-last-serial", b"7"),
        (b"x-content-type-options", b"nosniff"),
        *CORS,
        (b"content-security-policy", b"default-src 'none'; sandbox allow-top-navigation"),
    ]


@pytest.mark.parametrize("path", ["/pypi/demo/json", "/pypi/demo/json/"])
def test_every_header_of_a_legacy_page(edge: Edge, path: str) -> None:
    page = ask(edge, path)
    assert json.loads(page.body)["releases"] == {"1.0": []}
    assert page.headers == [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(page.body)).encode()),
        (b"cache-control", b"max-age=900, public"),
        (b"etag", b'"1.7.project.identity"'),
        (b"vary", b"Accept-Encoding"),
        (b"x-pypi-last-serial", b"7"),
        (b"x-content-type-options", b"nosniff"),
        *CORS,
    ]


@pytest.mark.parametrize(
    ("accept", "query", "media"),
    [
        ("", "", HTML),
        ("*/*", "", HTML),
        ("image/png", "", HTML),
        ("text/*", "", HTML),
        (V1_JSON, "", V1_JSON),
        (V1_HTML, "", V1_HTML),
        (f"{V1_JSON}, {V1_HTML}; q=0.2, text/html; q=0.01", "", V1_JSON),
        (f"{V1_JSON};q=0.1, text/html", "", HTML),
        (f"{V1_JSON}, {V1_HTML}", "", V1_HTML),  # of equals, the server's order decides
        (f"*/*, {HTML};q=0, {V1_HTML};q=0", "", V1_JSON),
        (f"{V1_JSON};q=nonsense", "", HTML),
        (f"{V1_JSON};q=nan", "", HTML),
        (V1_JSON.upper(), "", V1_JSON),
        ("application/vnd.pypi.simple.latest+json", "", V1_JSON),
        ("application/vnd.pypi.simple.latest+html", "", V1_HTML),
        (HTML, f"format={V1_JSON.replace('+', '%2B')}", V1_JSON),
        (HTML, "format=application/vnd.pypi.simple.latest%2Bjson", V1_JSON),
        (V1_JSON, "format=nonsense", V1_JSON),
        ("x" * 100_000, "", HTML),
    ],
)
def test_negotiation(edge: Edge, accept: str, query: str, media: str) -> None:
    page = ask(edge, "/simple/demo/", {"accept": accept}, query=query)
    assert page.status == 200
    assert page.header("content-type").split(";")[0] == media
    assert page.body.startswith(b"{" if media == V1_JSON else b"<html>")


@pytest.mark.parametrize(
    ("encoding", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("br", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, zstd", "zstd"),
        ("zstd;q=0, gzip", "gzip"),
        ("gzip;q=0", ""),
        ("*", "gzip"),
    ],
)
def test_encodings_hold_the_same_page(edge: Edge, encoding: str, coding: str) -> None:
    page = ask(edge, "/simple/demo/", {"accept-encoding": encoding})
    opened = {"": bytes, "gzip": gzip.decompress, "zstd": zstandard.decompress}
    assert page.header("content-encoding") == coding
    assert opened[coding](page.body) == b"<html>demo<!--7--></html>\n"
    assert int(page.header("content-length")) == len(page.body)


def test_the_list_is_never_sent_in_a_coding_that_the_client_refuses(edge: Edge) -> None:
    assert ask(edge, "/simple/", {"accept-encoding": "gzip"}).body == b"list.html.gz"
    assert ask(edge, "/simple/", {"accept-encoding": "zstd, gzip"}).header("content-encoding") == "gzip"
    refused = ask(edge, "/simple/", {"accept-encoding": "zstd, gzip;q=0"})
    assert (refused.body, refused.header("content-encoding")) == (b"list.html", "")


def test_each_form_and_encoding_has_an_etag_of_its_own_that_gives_304(edge: Edge) -> None:
    tags = set()
    for path in ("/simple/demo/", "/simple/", "/pypi/demo/json", "/pypi/demo/1.0/json"):
        for accept in (HTML, V1_HTML, V1_JSON) if path.startswith("/simple") else (HTML,):
            for encoding in ("identity", "gzip"):
                wanted = {"accept": accept, "accept-encoding": encoding}
                tag = ask(edge, path, wanted).header("etag")
                tags.add(tag)
                for header in (tag, f'"x", W/{tag}', "*"):
                    again = ask(edge, path, wanted | {"if-none-match": header})
                    assert (again.status, again.body, again.header("etag")) == (304, b"", tag)
                assert ask(edge, path, wanted | {"if-none-match": '"other"'}).status == 200
    assert len(tags) == 16


def test_head_has_the_headers_of_get(edge: Edge) -> None:
    for path in ("/simple/demo/", "/simple/", "/pypi/demo/json"):
        for _ in range(2):
            head, get = ask(edge, path, method="HEAD"), ask(edge, path)
            assert (head.status, head.body, head.headers) == (200, b"", get.headers)
            assert get.body


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/simple", "", "/simple/"),
        ("/simple/demo", "", "/simple/demo/"),
        ("/simple/Demo_.x/", "", "/simple/demo-x/"),
        ("/simple/DEMO", "format=x", "/simple/demo/?format=x"),
        ("/pypi/DEMO/json", "", "/pypi/demo/json"),
        ("/pypi/DEMO/1.0/json/", "", "/pypi/demo/1.0/json"),
        ("/pypi/DEMO/1.0\r\nX-Evil: a/json", "", "/pypi/demo/1.0%0D%0AX-Evil%3A%20a/json"),
    ],
)
def test_redirects(edge: Edge, path: str, query: str, location: str) -> None:
    reply = ask(edge, path, query=query)
    assert (reply.status, reply.header("location")) == (301, location)
    if path != "/simple":
        assert reply.header("access-control-allow-origin") == "*"


@pytest.mark.parametrize("name", ["none", "..", "%64emo", "a\x00b", "_list", "x" * 5000, "dém", "-", ""])
def test_what_is_no_project_is_not_found(edge: Edge, name: str) -> None:
    simple = ask(edge, f"/simple/{name}/")
    if name != "_list":  # normalises to a name that is not there
        assert (simple.status, simple.body) == (404, b"404 Not Found")
        assert simple.header("content-type").startswith("text/plain")
    legacy = ask(edge, f"/pypi/{name}/json")
    assert legacy.status in {404, 301}
    if legacy.status == 404:
        assert json.loads(legacy.body) == {"message": "Not Found"}


@pytest.mark.parametrize("version", ["1", "1.0.0", "v1.0", "0!1"])
def test_versions_match_by_their_canonical_form(edge: Edge, version: str) -> None:
    assert ask(edge, f"/pypi/demo/{version}/json").status == 200


@pytest.mark.parametrize("version", ["2.0", "nonsense", "9" * 300, "9" * 5000, "..", "1.0/2.0", "1.0+" + "a" * 300])
def test_other_versions_are_not_found(edge: Edge, version: str) -> None:
    assert ask(edge, f"/pypi/demo/{version}/json").status == 404


def test_quarantine_hides_the_legacy_page_alone(edge: Edge) -> None:
    assert ask(edge, "/pypi/sealed/json").status == 404
    assert ask(edge, "/pypi/sealed/1.0/json").status == 404
    assert ask(edge, "/simple/sealed/").status == 200


@pytest.mark.parametrize("path", ["/simple/secret/", "/pypi/secret/json", "/pypi/secret/1.0/json"])
def test_what_is_not_public_is_kept_from_everybody(edge: Edge, path: str) -> None:
    for headers in ({}, {"authorization": "Basic eDp5"}, {"if-none-match": "*"}):
        for method in ("GET", "HEAD"):
            reply = ask(edge, path, headers, method=method)
            assert reply.status == 401
            assert reply.header("cache-control") == "private, no-store"
            assert reply.header("www-authenticate").startswith("Basic ")
            assert b"1.0" not in reply.body


@pytest.mark.parametrize("visibility", ["internal", "Public", "", None, True])
def test_a_page_that_does_not_say_public_is_refused(edge: Edge, paths: EdgePaths, visibility: object) -> None:
    write_page(paths, "demo", visibility=visibility)
    assert ask(edge, "/simple/demo/").status == 401


def test_a_remembered_page_gives_way_to_its_successor(edge: Edge, paths: EdgePaths) -> None:
    for serial in range(8, 12):
        assert ask(edge, "/simple/demo/").header("x-pypi-last-serial") == str(serial - 1)
        write_page(paths, "demo", serial)
        assert ask(edge, "/simple/demo/").header("x-pypi-last-serial") == str(serial)
    write_page(paths, "demo", 12, visibility="private")
    assert ask(edge, "/simple/demo/").status == 401
    write_page(paths, "demo", 13)
    assert ask(edge, "/simple/demo/").status == 200
    shutil.rmtree(paths.pages / "demo")
    assert ask(edge, "/simple/demo/").status == 404


def test_a_page_whose_chunk_is_missing_or_that_is_damaged_is_no_500(edge: Edge, paths: EdgePaths) -> None:
    write_page(paths, "demo", chunks=["gone"])
    assert ask(edge, "/simple/demo/").status == 503
    (paths.pages / "demo" / "page").write_bytes(b"nonsense")
    assert ask(edge, "/simple/demo/").status == 503


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/simple/", "/simple/demo/", "/pypi/demo/json", "/packages/x"])
def test_reads_take_no_writes(edge: Edge, method: str, path: str) -> None:
    ask(edge, path)
    reply = ask(edge, path, method=method)
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("packages.example.org", True),
        ("packages.example.org:8443", True),
        ("evil.example", False),
        ("packages.example.org.evil.example", False),
        ("localhost:x", False),
        ("localhost@evil.example", False),
        ("localhost:" + "0" * 1000, False),
        ("", False),
    ],
)
def test_hosts(edge: Edge, host: str, known: bool) -> None:
    ask(edge, "/simple/demo/")  # a remembered page asks for the host as well
    assert ask(edge, "/simple/demo/", {"host": host}).status == (200 if known else 400)
