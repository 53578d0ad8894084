# SPDX-License-Identifier: Apache-2.0
"""Writes the size of each picture into a description, where it is known: a page then keeps its place free.

Without it, the text below a picture moves when that comes. It is known once anybody has looked at the picture.
"""

import re

from cheeseshop.descriptions.images import size_of_kept
from cheeseshop.descriptions.signing import opened

_PICTURE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')  # as the sanitiser writes it
_SOURCE = re.compile(r' src="/image/([0-9a-f]+)/([0-9a-f]+)"')
_SIDE = {side: re.compile(rf' {side}="([^"]*)"') for side in ("width", "height")}
_MOST = 100  # pictures of a page; nobody scrolls past more before they have come
_DIGITS = 5


def sized(html: str) -> str:
    """Return a description whose pictures have a width and a height where they are known."""
    return _PICTURE.sub(_with_size, html, count=_MOST)


def _with_size(found: re.Match[str]) -> str:
    attributes = found.group(1)
    source = _SOURCE.search(attributes)
    width, height = (_said(pattern.search(attributes)) for pattern in _SIDE.values())
    if source is None or (width is not None and height is not None) or 0 in {width, height}:
        return found.group()
    size = size_of_kept(opened(*source.groups()) or "")
    if size is None:
        return found.group()
    if width is None and height is None:
        return f'<img{attributes} width="{size[0]}" height="{size[1]}">'
    if width is not None:
        return f'<img{attributes} height="{max(1, round(width * size[1] / size[0]))}">'
    return f'<img{attributes} width="{max(1, round((height or 0) * size[0] / size[1]))}">'


def _said(found: re.Match[str] | None) -> int | None:
    """Return what the author wrote of a side: pixels, None where nothing, 0 where it is no number of pixels."""
    if found is None:
        return None
    text = found.group(1).removesuffix("px")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
