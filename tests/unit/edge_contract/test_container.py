# SPDX-License-Identifier: Apache-2.0
"""Containers keep pieces whole, and joined gzip is one member that any reader understands."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.edge_contract.container import (
    BrokenContainer,
    Container,
    combine_crc,
    join_gzip,
    join_raw,
    make_piece,
    pack,
)


@given(st.lists(st.binary(max_size=5000), max_size=8))
def test_joined_gzip_is_one_member_of_the_joined_bytes(parts: list[bytes]) -> None:
    pieces = [make_piece(part) for part in parts]
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(join_gzip(pieces)) == join_raw(pieces) == b"".join(parts)
    assert reader.eof
    assert reader.unused_data == b""


def test_the_standard_library_reads_a_joined_page() -> None:
    assert gzip.decompress(join_gzip([make_piece(b"a" * 70000), make_piece(b"b")])) == b"a" * 70000 + b"b"


@given(st.binary(), st.binary())
def test_sums_combine(first: bytes, second: bytes) -> None:
    assert combine_crc(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@given(st.dictionaries(st.text(min_size=1), st.binary(), max_size=5))
def test_what_is_packed_is_read(parts: dict[str, bytes]) -> None:
    container = Container(pack({"serial": 7}, {name: make_piece(raw) for name, raw in parts.items()}))
    assert container.header["serial"] == 7
    assert {name: container.piece(name).raw for name in parts} == parts
    assert container.piece("absent" * 50).raw == b""


def test_a_container_cut_short_is_noticed() -> None:
    data = pack({}, {"a": make_piece(b"x" * 1000)})
    for length in (0, 3, 8, 20):
        with pytest.raises(BrokenContainer):
            Container(data[:length])
    with pytest.raises(BrokenContainer):
        Container(data[:-1]).piece("a")
