# SPDX-License-Identifier: Apache-2.0
"""Pages go over the wire compressed; what is tiny, huge or a file does not."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from cheeseshop.web.middleware import Compressed


@pytest.mark.django_db
def test_pages_are_compressed_for_who_asks(client: Client) -> None:
    plain, small = client.get("/help/"), client.get("/help/", headers={"accept-encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), small["content-encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in small["Vary"]
    assert gzip.decompress(small.content) == plain.content
    assert len(small.content) < len(plain.content) / 3


@pytest.mark.parametrize(("size", "coding"), [(100, ""), (10_000, "gzip"), (2_000_000, "")])
def test_neither_what_is_tiny_nor_what_is_for_programs_is_compressed(
    rf: RequestFactory, size: int, coding: str
) -> None:
    compress = Compressed(lambda _request: HttpResponse(b"a" * size))
    reply = compress(rf.get("/", headers={"accept-encoding": "gzip"}))
    assert reply.headers.get("content-encoding", "") == coding
    whole = StreamingHttpResponse([b"a" * size])
    assert Compressed(lambda _request: whole)(rf.get("/", headers={"accept-encoding": "gzip"})) is whole
    assert not whole.has_header("content-encoding")
