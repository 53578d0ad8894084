# SPDX-License-Identifier: Apache-2.0
"""Limits on tries, in the words of a person who has to wait."""

import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

APP = "allauth.account"


class TooMany(ValidationError):  # noqa: N818 - a state
    """Too many tries. ``seconds`` is how long to wait; the message says so."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"{what} Try again in {in_words(seconds)}.", code="too_many")
        self.seconds = seconds


def in_words(seconds: int) -> str:
    """Write a time to wait, rounded up."""
    size, name = (3600, "hour") if seconds > 3600 else (60, "minute")  # noqa: PLR2004 - an hour
    count = max(1, -(-seconds // size))
    return f"{count} {name}{'' if count == 1 else 's'}"


def spend(request: HttpRequest, action: str, key: str, what: str) -> ratelimit.RateLimitUsage:
    """Count a try against the limits of ``action`` for ``key`` and for the request's address.

    Raises:
        TooMany: when any of them is used up; nothing more is counted then.
    """
    used = ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)
    if used is None:
        raise TooMany(what, wait(request, action, key))
    return used


def wait(request: HttpRequest, action: str, key: str) -> int:
    """Return the seconds until the next try counts, 1 at least."""
    longest = 1.0
    for rate in ratelimit.get_rates(app=APP, action=action):
        name = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key, user=request.user)
        tries = cache.get(name, [])  # newest first
        if len(tries) >= rate.amount:
            longest = max(longest, tries[rate.amount - 1] + rate.duration - time.time())
    return int(longest) + 1


def clear(request: HttpRequest, action: str, key: str) -> None:
    """Forget the tries of a key, after one that succeeded."""
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "key":
            cache.delete(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key))
