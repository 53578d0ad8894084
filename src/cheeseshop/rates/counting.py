# SPDX-License-Identifier: Apache-2.0
"""Counting in windows of an hour. Each way counts in one step, so that requests at the same moment are all counted."""

import time
from contextlib import nullcontext
from dataclasses import dataclass

from django.core.cache import cache

from cheeseshop import sql
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal

HOUR = 3600
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` an hour for ``key``; 0 for no limit. ``message`` is what people read."""

    key: str
    most: int
    message: str


def spend(*limits: Limit) -> None:
    """Count one more for each limit.

    Raises:
        Refusal: with status 429 and the seconds until the window ends, when one of them is used up.
    """
    moment = time.time()
    window, left = int(moment // HOUR), int(HOUR - moment % HOUR) + 1
    held = [limit for limit in limits if limit.most]
    in_cache = bool(current.settings().cache_url) or not held
    with nullcontext() if in_cache else sql.relaxed_transaction():  # a count may go with a power failure
        over = [limit for limit in held if _counted(limit.key[:_LONGEST], window) > limit.most]
    if over:
        minutes = -(-left // 60)
        when = f"Try again in {minutes} minute{'' if minutes == 1 else 's'}."
        raise Refusal(f"{over[0].message} {when}", status=429, retry_after=left)


def _counted(key: str, window: int) -> int:
    """Count, and return how often it was in this window."""
    if current.settings().cache_url:
        place = f"rate:{window}:{key}"
        cache.add(place, 0, HOUR + 60)
        try:
            return int(cache.incr(place))
        except ValueError:
            return 1  # it was forgotten between the two
    row = sql.first(_COUNT, key, window)
    return int(row[0]) if row else 1


_COUNT = """
INSERT INTO rates_count (key, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET count = CASE WHEN rates_count."window" = excluded."window"
 THEN rates_count.count + 1 ELSE 1 END, "window" = excluded."window"
RETURNING count"""


def tidy_up() -> None:
    """Forget what counts no more."""
    sql.run('DELETE FROM rates_count WHERE "window" < %s', int(time.time() // HOUR) - 1)
