# SPDX-License-Identifier: Apache-2.0
"""How much there is. A large index takes seconds to count: it is counted beside its readers, who see the last count."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.facts import Visibility

_KEPT, _BUSY = "counts", "counts-busy"
_AGE = 60.0  # seconds that a count holds
_SHARE = 100  # and as many times as long as it took: the hundredth part of a processor is enough for it
_QUICK = 0.02  # seconds: what takes less is counted each time
_LONGEST = 3600


@dataclass(frozen=True, slots=True)
class Counts:
    """How much anybody may see."""

    projects: int
    releases: int
    files: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was counted, when by the clock, and how many seconds it took."""

    counts: Counts
    at: float
    took: float


def counts() -> Counts:
    """Return how much anybody may see; of an index that takes long to count, as of the last counting."""
    kept: _Kept | None = cache.get(_KEPT)
    if kept is None:
        return _count()
    if time.time() - kept.at > max(_AGE, _SHARE * kept.took) and cache.add(_BUSY, 1, _LONGEST):
        _beside(_count_again)
    return kept.counts


def _beside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="count", daemon=True).start()


def _count_again() -> None:
    try:
        _count()
    finally:
        cache.delete(_BUSY)
        if threading.current_thread().name == "count":
            connection.close()  # the thread's own


def _count() -> Counts:
    began = time.monotonic()
    projects = Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)
    releases = Release.objects.filter(quarantined_at=None, project__in=projects)
    files = File.objects.filter(quarantined_at=None, release__in=releases)
    found = Counts(projects.count(), releases.count(), files.count())
    took = time.monotonic() - began
    if took > _QUICK:
        cache.set(_KEPT, _Kept(found, time.time(), took), None)
    return found
