# SPDX-License-Identifier: Apache-2.0
"""Text that is shaped like a token is found wherever it lies, and however the content comes in pieces."""

import io
import itertools
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.distributions.inspection import inspect_distribution
from cheeseshop.distributions.token_watch import LONGEST_TOKEN, TokenWatch
from cheeseshop.tokens.macaroons import mint
from tests.support.archives import build_sdist, build_wheel

TOKEN = mint("localhost", "0190a5c8-0000-7000-8000-000000000000", bytes(32), (b"[3,1]",))
PARTS = st.lists(
    st.one_of(st.just(TOKEN.encode()), st.sampled_from([b"pypi-", b"pypi-Ag", b"p", b"\n", b" "]), st.binary()),
    max_size=8,
)


def seen(pieces: list[bytes]) -> list[str]:
    watch = TokenWatch()
    watch.begin("member")
    for piece in pieces:
        watch.feed(piece)
    watch.end()
    return [found.text for found in watch.found]


def expected(content: bytes) -> list[str]:
    found = (match.group().decode() for match in re.finditer(rb"pypi-Ag[A-Za-z0-9_-]*", content))
    return list(dict.fromkeys(text for text in found if 60 <= len(text) <= LONGEST_TOKEN))


@given(PARTS, st.lists(st.integers(0, 2000), max_size=12))
def test_borders_of_pieces_make_no_difference(parts: list[bytes], cuts: list[int]) -> None:
    content = b"".join(parts)
    edges = [0, *sorted(cut for cut in cuts if cut < len(content)), len(content)]
    pieces = [content[begin:end] for begin, end in itertools.pairwise(edges)]
    assert seen(pieces) == expected(content)


def test_every_single_border() -> None:
    content = b"pypi-A" + TOKEN.encode() + b" pypi-AgE " + TOKEN.encode() + b"x"
    for cut in range(len(content)):
        assert seen([content[:cut], content[cut:]]) == expected(content)
    assert seen([bytes([byte]) for byte in content]) == expected(content)


def test_the_work_is_bounded() -> None:
    assert seen([b"pypi-Ag" + b"x" * 10_000_000]) == []
    assert len(seen([b"".join(b"pypi-Ag%060d " % n for n in range(5000))])) == 100
    assert seen([b"pypi-Ag " * 20_000 + TOKEN.encode()]) == []


def test_a_token_ends_with_its_member() -> None:
    watch = TokenWatch()
    for name in ("a", "b"):
        watch.begin(name)
        watch.feed(TOKEN.encode() + (b"" if name == "a" else b"more"))
    watch.end()
    assert [(found.text, found.member) for found in watch.found] == [(TOKEN, "a"), (f"{TOKEN}more", "b")]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wheels_are_looked_through(compression: int) -> None:
    large = bytes(200_000) + f"token = {TOKEN}\n".encode() + bytes(200_000)
    filename, data = build_wheel("demo", "1.0", extra={"demo/large.bin": large}, compression=compression)
    found = inspect_distribution(io.BytesIO(data), filename, None).tokens
    assert [(each.text, each.member) for each in found] == [(TOKEN, "demo/large.bin")]


@pytest.mark.parametrize("member", ["demo/.pypirc", "demo/settings.py", "big.bin"])
def test_sdists_are_looked_through(member: str) -> None:
    content = TOKEN.encode().rjust(300_000) if member == "big.bin" else TOKEN.encode()
    filename, data = build_sdist("demo", "1.0", extra={member: content})
    found = inspect_distribution(io.BytesIO(data), filename, None).tokens
    assert [(each.text, each.member) for each in found] == [(TOKEN, f"demo-1.0/{member}")]


def test_metadata_is_looked_through() -> None:
    for build in (build_wheel, build_sdist):
        filename, data = build("demo", "1.0", description=f"Publish with {TOKEN}")
        assert [e.text for e in inspect_distribution(io.BytesIO(data), filename, None).tokens] == [TOKEN]
