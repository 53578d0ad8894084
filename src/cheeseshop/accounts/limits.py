# SPDX-License-Identifier: Apache-2.0
"""Limits on tries, in the words of a person who has to wait."""

import time
from http import HTTPStatus
from typing import TypeVar

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

APP = "allauth.account"
R = TypeVar("R", bound=HttpResponse)
_TOO_MANY_LOG_INS = _("Too many failed log-ins.")


class TooMany(ValidationError):  # noqa: N818 - a state
    """Too many tries. ``seconds`` is how long to wait; the message says so."""

    def __init__(self, what: str | Promise, seconds: int) -> None:
        told = {"what": what, "time": in_words(seconds)}
        super().__init__(gettext("%(what)s Try again in %(time)s.") % told, code="too_many")
        self.seconds = seconds


def in_words(seconds: int) -> str:
    """Write a time to wait, rounded up."""
    if seconds > 3600:  # noqa: PLR2004 - an hour
        hours = -(-seconds // 3600)
        return ngettext("%d hour", "%d hours", hours) % hours
    minutes = max(1, -(-seconds // 60))
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def spend(request: HttpRequest, action: str, key: str, what: str | Promise) -> ratelimit.RateLimitUsage:
    """Count a try against the limits of ``action`` for ``key`` and for the request's address.

    Raises:
        TooMany: when any of them is used up; nothing more is counted then.
    """
    used = ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)
    if used is None:
        raise TooMany(what, wait(request, action, key))
    return used


def spend_log_in(request: HttpRequest, name: str) -> ratelimit.RateLimitUsage:
    """Count a try to log in, wherever the password came: for the name, the address, and the whole site.

    Roll the answer back where the password was right.

    Raises:
        TooMany: when any of them is used up.
    """
    used = spend(request, "login_failed_anywhere", "all", _TOO_MANY_LOG_INS)
    used.usage += spend(request, "login_failed", name.lower(), _TOO_MANY_LOG_INS).usage
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


def answer(response: R, error: TooMany) -> R:
    """Say in an answer's status and headers that there were too many tries, and when the next one counts."""
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(error.seconds)
    return response


def clear(request: HttpRequest, action: str, key: str) -> None:
    """Forget the tries of a key, after one that succeeded."""
    for rate in ratelimit.get_rates(app=APP, action=action):
        if rate.per == "key":
            cache.delete(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key))
