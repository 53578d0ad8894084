# SPDX-License-Identifier: Apache-2.0
"""What pages show: banners and switches that are on; how the index is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Q
from django.utils.translation import gettext

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.flags.models import Banner, BannerChange, FlagChange
from cheeseshop.flags.names import MESSAGES
from cheeseshop.flags.state import all_on
from cheeseshop.journal.reading import last_serial

_MOST = 5  # on one page
_LISTED = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A banner as a page shows it."""

    level: str
    text: str
    link: str = ""


def banners(normalized_name: str = "", language: str = "") -> list[Shown]:
    """Return what every page says at its top, or what one project's pages say besides.

    ``language`` is the code of the reader's: a banner for ``pt`` is for readers of ``pt-br`` too. Nothing but switches
    while the database is away: the page that says so has a top as well.
    """
    moment = now()
    rows = Banner.objects.filter(Q(ends_at=None) | Q(ends_at__gt=moment), starts_at__lte=moment)
    languages = {"", language, language.partition("-")[0]}
    rows = rows.filter(normalized_name=normalized_name, language__in=sorted(languages))
    try:
        found = [Shown(row.level, row.text, row.link) for row in rows.order_by("starts_at")[:_MOST]]
    except DatabaseError:
        found = []
    if normalized_name:
        return found
    on = [(gettext(MESSAGES[switch]), turned.note) for switch, turned in all_on().items() if turned.notify]
    return [Shown("warning", f"{message} {note}".strip(), "/status/") for message, note in on] + found


def every_banner() -> list[tuple[Banner, str]]:
    """Return the banners that are up, the newest first, each with ``shown``, ``later`` or ``over``."""
    moment = now()
    return [(row, _state(row, moment)) for row in Banner.objects.order_by("-id")[:_LISTED]]


def _state(banner: Banner, moment: datetime) -> str:
    if banner.starts_at > moment:
        return "later"
    return "over" if banner.ends_at is not None and banner.ends_at <= moment else "shown"


def banner_changes() -> list[BannerChange]:
    """Return who put banners up and took them down lately, newest first."""
    return list(BannerChange.objects.order_by("-id")[:_LISTED])


@dataclass(frozen=True, slots=True)
class Health:
    """How the index is: newest serial, when it was, and how many projects wait to be published, since when."""

    serial: int
    changed_at: datetime | None
    waiting: int


def health() -> Health:
    """Return how the index is."""
    newest = sql.first("SELECT at FROM journal_entry ORDER BY serial DESC LIMIT 1")
    waiting = sql.first("SELECT COUNT(DISTINCT normalized_name) FROM journal_dirtymark")
    return Health(
        last_serial(),
        sql.as_moment(newest[0]) if newest else None,
        waiting[0] if waiting else 0,
    )


def changes(limit: int = 20) -> list[FlagChange]:
    """Return the last turns of switches, newest first."""
    return list(FlagChange.objects.order_by("-at", "-id")[:limit])
