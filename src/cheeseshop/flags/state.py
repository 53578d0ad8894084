# SPDX-License-Identifier: Apache-2.0
"""Which switches are on, as every worker knows it within half a second of the turn.

One statement in half a second, and no more, however much is asked. While the database is away the last answer holds.
"""

import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError

from cheeseshop import sql
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden
from cheeseshop.flags.names import MESSAGES, Switch

_FRESH = 0.5
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Turned:
    """A switch that is on: whether the site says so on every page, and the public note."""

    notify: bool
    note: str


@dataclass(slots=True)
class _Known:
    at: float
    on: dict[str, Turned]


_known: _Known | None = None


def forget() -> None:
    """Ask the database again at the next question."""
    global _known  # noqa: PLW0603 - each process knows for itself
    _known = None


def all_on() -> dict[Switch, Turned]:
    """Return the switches that are on, by the settings or by an administrator."""
    settings = current.settings()
    by_setting = {
        Switch.READ_ONLY: settings.read_only,
        Switch.NO_UPLOADS: not settings.allow_uploads,
        Switch.NO_PROJECTS: not settings.allow_new_projects,
        Switch.NO_USERS: not settings.allow_registration,
    }
    found = {switch: Turned(notify=False, note="") for switch, on in by_setting.items() if on}
    return found | {Switch(name): turned for name, turned in _stored().items() if name in _NAMES}


_NAMES = frozenset(switch.value for switch in Switch)


def _stored() -> dict[str, Turned]:
    global _known  # noqa: PLW0603 - as above
    known, at = _known, time.monotonic()
    if known is not None and at - known.at < _FRESH:
        return known.on
    if not _lock.acquire(blocking=known is None):
        return known.on if known else {}  # somebody else is asking
    try:
        rows = sql.every("SELECT name, notify, note FROM flags_flag")
        _known = _Known(at, {name: Turned(notify=bool(notify), note=note) for name, notify, note in rows})
    except DatabaseError:
        _known = _Known(at, known.on if known else {})
    finally:
        _lock.release()
    return _known.on


def is_on(*switches: Switch) -> bool:
    """Tell whether any of these switches is on."""
    on = all_on()
    return any(switch in on for switch in switches)


def check(*switches: Switch) -> None:
    """Check that none of these switches is on. Read-only mode counts always.

    Raises:
        Forbidden: with what people read of the first that is, the note, and where to read on.
    """
    on = all_on()
    for switch in (Switch.READ_ONLY, *switches):
        if switch in on:
            note = f" {on[switch].note}" if on[switch].note else ""
            raise Forbidden(f"{MESSAGES[switch]}{note} See {current.settings().url}/status/ for more information.")
