# SPDX-License-Identifier: Apache-2.0
"""Descriptions as sanitised HTML."""

import os
import threading
from email.message import Message
from functools import lru_cache
from typing import Final

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import MAX_DESCRIPTION
from cheeseshop.distributions.render_child import RenderChild, RenderingAborted

# Some renderers take time quadratic in the length of hostile text; up to this length that is harmless.
_SHORT: Final = 4096
# What makes the Markdown renderer call a syntax highlighter, whose regular expressions can run for ever.
_HIGHLIGHTED: Final = ("```", "~~~", "<pre")

_lock = threading.Lock()
_children: dict[int, RenderChild] = {}


def render_description(text: str | None, content_type: str | None) -> str:
    """Return a description as HTML that is safe to show: Markdown (GFM or CommonMark), plain text, or by default RST.

    Short simple texts are rendered here, in well under a millisecond. Others are rendered by a child process that
    lives on for the next one, because docutils and Pygments can be kept busy by a hostile text: it is given seconds,
    and killed.

    :raises DistributionRefused: the text does not render, or not in time.
    """
    if text is None or not text.strip():
        return ""
    kind, variant = _kind_of(content_type or "")
    try:
        return (_render_short if len(text) <= _SHORT else _render_long)(text, kind, variant)
    except _NotRendered:
        shown = f"for {content_type!r}" if content_type else "in the default format of reStructuredText"
        raise DistributionRefused(f"The description failed to render {shown}.", "description") from None


class _NotRendered(Exception):  # noqa: N818 - a state
    """Raised rather than returned, so that a failure, which may be a busy machine's, is not remembered."""


# An upload renders a description twice, the form's and the artifact's, and so do the other files of its release.
@lru_cache(maxsize=256)
def _render_short(text: str, kind: str, variant: str) -> str:
    return _render_surely(text, kind, variant)


@lru_cache(maxsize=2)  # megabytes each
def _render_long(text: str, kind: str, variant: str) -> str:
    return _render_surely(text, kind, variant)


def _render_surely(text: str, kind: str, variant: str) -> str:
    html = None if len(text) > MAX_DESCRIPTION else _render(text, kind, variant)
    if html is None:
        raise _NotRendered
    return html


def _render(text: str, kind: str, variant: str) -> str | None:
    if kind == "text/plain":
        return _render_here(text, kind, variant)
    if kind == "text/markdown" and len(text) <= _SHORT and not any(mark in text.lower() for mark in _HIGHLIGHTED):
        return _render_here(text, kind, variant)
    try:
        with _lock:
            # By process, because a server may fork after it has rendered something.
            child = _children.setdefault(os.getpid(), RenderChild())
            return child.render(text, kind, variant)
    except RenderingAborted:
        return None


def _render_here(text: str, kind: str, variant: str) -> str | None:
    # Imported late: parsers and highlighters cost tens of milliseconds, which reading pages never needs.
    from cheeseshop.distributions.markup import render_markup  # noqa: PLC0415 - slow to import

    return render_markup(text, kind, variant)


@lru_cache(maxsize=64)
def _kind_of(content_type: str) -> tuple[str, str]:
    """Return media type and Markdown variant of a content type that validation has accepted."""
    message = Message()
    message["Content-Type"] = content_type or "text/x-rst"
    return message.get_content_type(), str(message.get_param("variant", "GFM"))
