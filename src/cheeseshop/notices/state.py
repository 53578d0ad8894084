# SPDX-License-Identifier: Apache-2.0
"""Which texts have something to say, as every worker knows it within a second of a change.

Every page's foot asks; the database is asked once a second at most. While it is away the last answer holds.
"""

import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils.safestring import SafeString

from cheeseshop import sql
from cheeseshop.notices.catalogue import PIECES, Piece, shipped
from cheeseshop.notices.rendering import as_safe_html

_FRESH = 1.0
_SUPPORTERS = "supporters"
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    empty: frozenset[str]  # of those that were changed
    changed: frozenset[str]
    supporters: str


_NOTHING = _Known(0.0, frozenset(), frozenset(), "")
_known: _Known | None = None


def forget() -> None:
    """Ask the database again at the next question."""
    global _known  # noqa: PLW0603 - each process knows for itself
    _known = None


def _now() -> _Known:
    global _known  # noqa: PLW0603 - as above
    known, at = _known, time.monotonic()
    if known is not None and at - known.at < _FRESH:
        return known
    if not _lock.acquire(blocking=known is None):
        return known or _NOTHING  # somebody else is asking
    try:
        _known = _asked(at)
    except DatabaseError:
        before = known or _NOTHING
        _known = _Known(at, before.empty, before.changed, before.supporters)
    finally:
        _lock.release()
    return _known


def _asked(at: float) -> _Known:
    rows = sql.every(
        "SELECT key, is_default, CASE WHEN key = %s THEN text ELSE SUBSTR(text, 1, 1) END FROM notices_sitetext",
        _SUPPORTERS,
    )
    own = {key: text for key, is_default, text in rows if not is_default}
    empty = frozenset(key for key, text in own.items() if not text)
    return _Known(at, empty, frozenset(own), own.get(_SUPPORTERS, ""))


def has_something(piece: Piece) -> bool:
    """Tell whether a text says anything."""
    known = _now()
    return piece.key not in known.empty if piece.key in known.changed else bool(shipped(piece.key))


def shown_pieces() -> list[Piece]:
    """Return the texts that have a page of their own and say something, in the order of the catalogue."""
    return [piece for piece in PIECES if piece.path and has_something(piece)]


def supporters() -> SafeString | None:
    """Return what stands at the foot of every page; None where nothing does."""
    text = _now().supporters
    return as_safe_html(text) if text else None
