# SPDX-License-Identifier: Apache-2.0
"""Members as people read them: text with colours, or the word that it is none; what changed between two texts."""

import json
import threading
from functools import lru_cache

from cheeseshop.distributions import markup, source_code
from cheeseshop.distributions.render_child import RenderChild, RenderingAborted

LONGEST = 512 * 1024
"""Bytes of a member that are shown."""

LONGEST_COMPARED = 200 * 1024
"""Bytes of a member that are compared."""

_SECONDS = 4.0
_lock = threading.Lock()
_child = RenderChild()


def text_of(data: bytes) -> str | None:
    """Return a member as text, or None where it is none: UTF-8 without NUL, cut at the end if need be."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3 or error.reason != "unexpected end of data":
            return None
        return data[: error.start].decode("utf-8")


@lru_cache(maxsize=32)
def highlighted(text: str, filename: str) -> str:
    """Return a text as HTML, a span a line. Without colours where they take too long."""
    return _rendered(text, markup.SOURCE, filename) or source_code.plain(text)


def compared(before: str, after: str) -> str | None:
    """Return what changed between two texts as HTML, a span a line; None where it takes too long to find out."""
    return _rendered(json.dumps([before, after]), markup.DIFFERENCE, "")


def _rendered(text: str, kind: str, variant: str) -> str | None:
    if not _lock.acquire(timeout=_SECONDS):
        return None
    try:
        return _child.render(text, kind, variant, time_limit=_SECONDS)
    except RenderingAborted:
        return None
    finally:
        _lock.release()
