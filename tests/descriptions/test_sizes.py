# SPDX-License-Identifier: Apache-2.0
"""The size of pictures, read from their first bytes, and written where pages need it."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.descriptions import images
from cheeseshop.descriptions.dimensions import _READERS, size_of
from cheeseshop.descriptions.images import Picture, size_of_kept
from cheeseshop.descriptions.signing import proxied
from cheeseshop.descriptions.sizes import sized
from cheeseshop.storage import Store
from tests.support.places import shop

__all__ = ["shop"]

ADDRESS = "https://img.example/a.png"


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def webp(kind: bytes, data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 12 + len(data)) + b"WEBP" + kind + struct.pack("<I", len(data)) + data


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 200, 640) + bytes(12)
)


@pytest.mark.parametrize(
    ("media_type", "data", "size"),
    [
        ("image/png", png(640, 200), (640, 200)),
        ("image/gif", b"GIF89a" + struct.pack("<HH", 640, 200), (640, 200)),
        ("image/jpeg", JPEG, (640, 200)),
        ("image/webp", webp(b"VP8X", bytes(4) + b"\x7f\x02\x00\xc7\x00\x00"), (640, 200)),
        ("image/webp", webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 199 << 14)), (640, 200)),
        ("image/webp", webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 640, 200)), (640, 200)),
        ("image/svg+xml", b'<?xml version="1.0"?><svg stroke-width="9" width="640" height="200.4px">', (640, 200)),
        ("image/svg+xml", b'<svg viewBox="0 0 10 10"><rect width="5" height="5"/></svg>', None),
        ("image/svg+xml", b'<svg width="100%" height="5">', None),
        ("image/svg+xml", b'<svg width="640" height="200"', None),
        ("image/png", png(640, 200)[:20], None),
        ("image/png", png(0, 200), None),
        ("image/png", png(640, 2_000_000), None),
        ("image/jpeg", JPEG[:20], None),
        ("image/avif", b"", None),
        ("", b"", None),
    ],
)
def test_a_size_is_found_or_none(media_type: str, data: bytes, size: tuple[int, int] | None) -> None:
    assert size_of(media_type, data) == size


@given(st.sampled_from(sorted(_READERS)), st.binary(max_size=200))
def test_any_bytes_have_a_size_or_none(media_type: str, data: bytes) -> None:
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n____IHDR", b"RIFF____WEBPVP8L", b"<svg "):
        found = size_of(media_type, start + data)
        assert found is None or min(found) > 0


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", ' width="640" height="200"'),
        (' width="320"', ' width="320" height="100"'),
        (' height="100px"', ' height="100px" width="320"'),
        (' width="50%"', ' width="50%"'),
        (' width="3" height="4"', ' width="3" height="4"'),
        (' alt="a &gt; b > c"', ' alt="a &gt; b > c" width="640" height="200"'),
    ],
)
def test_what_the_author_wrote_is_completed(shop: Store, written: str, shown: str) -> None:
    images._write(images._place(ADDRESS), Picture("image/png", png(640, 200)))
    source = f' src="{proxied(ADDRESS)}"'
    assert sized(f"<p><img{source}{written}></p>") == f"<p><img{source}{shown}></p>"


def test_a_picture_that_nobody_saw_is_left_as_it_is(shop: Store) -> None:
    html = f'<img src="{proxied(ADDRESS)}"><img alt="none">'
    assert sized(html) == html
    images._write(images._place(ADDRESS), Picture("", b""))
    assert (sized(html), size_of_kept(ADDRESS)) == (html, None)
