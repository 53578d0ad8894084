# SPDX-License-Identifier: Apache-2.0
"""The methods that are answered, and those that are not any more."""

import threading
import time
from collections.abc import Callable
from typing import Any

from packaging.utils import canonicalize_name

from cheeseshop.core import current
from cheeseshop.journal.reading import last_serial
from cheeseshop.mirrors import queries, searches
from cheeseshop.mirrors.protocol import CLIENT_ERROR, SERVER_ERROR, UNKNOWN_METHOD, Call, Fault, answer

_KEPT = 60.0  # seconds the long list is answered again as it was
_LARGEST = 2**63 - 1


def run(call: Call) -> bytes:
    """Run a call, and return its written value.

    Raises:
        Fault: for methods that are unknown or retired, and for arguments of other types or numbers.
    """
    if call.method in _RETIRED:
        raise Fault(SERVER_ERROR, f"RuntimeError: {_RETIRED[call.method].replace('SITE', current.settings().url)}")
    found = _METHODS.get(call.method)
    if found is None:
        raise Fault(UNKNOWN_METHOD, "server error; requested method not found")
    types, method = found
    fewest = len(types) - _OPTIONAL.get(call.method, 0)
    if not fewest <= len(call.arguments) <= len(types):
        raise Fault(CLIENT_ERROR, f"client error; {call.method} takes {len(types)} argument(s)")
    for value, kind in zip(call.arguments, types, strict=False):
        if not isinstance(value, kind) or isinstance(value, bool):
            raise Fault(CLIENT_ERROR, f"client error; {call.method} takes {kind.__name__}, not {type(value).__name__}")
    return method(*call.arguments)


def _last_serial() -> bytes:
    return answer(last_serial())


def _changes_since(serial: int) -> bytes:
    if not 0 <= serial <= _LARGEST:
        raise Fault(CLIENT_ERROR, "client error; a serial is a number of 0 or more")
    return answer([list(change) for change in queries.changes_since(serial)])


class _LongList:
    """The list of every project, which takes seconds to write in a large index: written once a minute at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: tuple[float, int, bytes] | None = None

    def __call__(self) -> bytes:
        """Return it, no older than a minute, and never older than what the caller can know to be changed."""
        with self._lock:  # who comes meanwhile waits for the one that is being written
            serial = last_serial()
            kept = self._written
            if kept and kept[1] == serial and time.monotonic() - kept[0] < _KEPT:
                return kept[2]
            made = answer(queries.names_with_serials())
            self._written = (time.monotonic(), serial, made)
            return made


def _roles(name: str) -> bytes:
    return answer(queries.roles_on(str(canonicalize_name(name))) if "\0" not in name else [])


def _projects(username: str) -> bytes:
    return answer(queries.projects_of(username) if "\0" not in username else [])


_METHODS: dict[str, tuple[tuple[type, ...], Callable[..., bytes]]] = {
    "changelog_last_serial": ((), _last_serial),
    "changelog_since_serial": ((int,), _changes_since),
    "list_packages_with_serial": ((), _LongList()),
    "package_roles": ((str,), _roles),
    "user_packages": ((str,), _projects),
    "search": ((dict, str), searches.search),
    "browse": ((list,), searches.browse),
}
_OPTIONAL = {"search": 1}
SEARCHES = frozenset({"search", "browse"})
"""Methods that have the limit of searches too."""

_JSON = "this method is no longer supported; use the JSON API at SITE/pypi/PROJECT/json"
_SIMPLE = "this method is no longer supported; use the simple API at SITE/simple/"
_RETIRED: dict[str, Any] = {
    "list_packages": _SIMPLE,
    "package_releases": _JSON,
    "release_urls": _JSON,
    "release_data": _JSON,
    "package_data": _JSON,
    "package_urls": _JSON,
    "top_packages": "this method is no longer supported; see SITE/stats/",
    "changelog": "this method is no longer supported; use changelog_since_serial",
    "system.multicall": "system.multicall is no longer supported",
}
