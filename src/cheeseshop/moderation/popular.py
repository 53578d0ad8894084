# SPDX-License-Identifier: Apache-2.0
"""The well-known names that new ones are compared with: a list that is shipped, and what this instance's people use.

Whoever counts downloads says so once, when the program starts: ``popular.source = most_downloaded``, a function that
returns normalised names, most downloaded first. It is asked once an hour at most.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from cheeseshop.distributions.typos import Corpus
from cheeseshop.distributions.well_known import WELL_KNOWN

MOST = 2000
_AGE = 3600.0

source: Callable[[], Iterable[str]] | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    corpus: Corpus
    at: float
    source: Callable[[], Iterable[str]] | None


_kept: _Kept | None = None


def corpus() -> Corpus:
    """Return the names to compare with, as they were within the last hour."""
    global _kept  # noqa: PLW0603 - each process remembers its own
    present = time.monotonic()
    if _kept is None or _kept.source is not source or present - _kept.at > _AGE:
        own = islice(source(), MOST) if source else ()
        _kept = _Kept(Corpus.of({*WELL_KNOWN, *own}), present, source)
    return _kept.corpus
