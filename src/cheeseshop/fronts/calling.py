# SPDX-License-Identifier: Apache-2.0
"""Requests to one front: on connections that stay, each bounded in time.

Administrators name the fronts, mostly by private addresses, so that the guard on addresses which strangers name has no
place here.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cheeseshop.fronts.addresses import Call, Front, calls

if TYPE_CHECKING:
    import httpx

_CONNECT, _ANSWER = 1.0, 3.0
_NOT_THERE = (404, 412)  # what nginx's module says of an address that it does not keep
_SERVER_ERROR = 500


@dataclass(slots=True)
class Outcome:
    """What a front has not taken, why, and whether it is away: then nothing more was tried."""

    left: set[str] = field(default_factory=set)
    detail: str = ""
    is_away: bool = False


class Caller:
    """The connection of one thread to one front."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._client: httpx.Client | None = None

    def purge(self, whats: Sequence[str]) -> Outcome:
        """Have the front forget something."""
        import httpx  # noqa: PLC0415 - a quarter of a second that only those wait for who have a front

        outcome, waiting = Outcome(), set(whats)
        try:
            for call in calls(self._front, whats):
                status = self._status(call)
                if not _is_taken(call.method, status):
                    outcome.left.update(call.about)
                    outcome.detail = f"{call.method} {call.url}: status {status}"
                waiting.difference_update(call.about)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Outcome(outcome.left | waiting | set(call.about), f"{type(error).__name__}: {error}"[:300], True)
        return outcome

    def _status(self, call: Call) -> int:
        """Make one request; once more on a new connection where the front had closed the old one."""
        import httpx  # noqa: PLC0415 - as above

        try:
            return self._connected().request(call.method, call.url, headers=call.headers).status_code
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            self._connected().close()
            self._client = None
            return self._connected().request(call.method, call.url, headers=call.headers).status_code

    def _connected(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415 - as above

        if self._client is None:
            trust = ssl.create_default_context()  # the machine's, so that a private authority may vouch for a front
            bounds = httpx.Timeout(_ANSWER, connect=_CONNECT)
            self._client = httpx.Client(verify=trust, trust_env=False, follow_redirects=False, timeout=bounds)
        return self._client


def _is_taken(method: str, status: int) -> bool:
    """Tell whether a front did what it was asked for. What the index itself refuses was fetched anew all the same."""
    if method == "HEAD":
        return status < _SERVER_ERROR
    return 200 <= status < 300 or status in _NOT_THERE  # noqa: PLR2004 - RFC 9110
