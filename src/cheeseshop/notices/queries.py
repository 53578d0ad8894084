# SPDX-License-Identifier: Apache-2.0
"""What pages and feeds show of texts, announcements and their history."""

import re
from datetime import timedelta

from cheeseshop.core.clock import now
from cheeseshop.notices.catalogue import Piece, shipped
from cheeseshop.notices.models import Announcement, Change, SiteText

PAGE = 20
IN_FEED = 40
_ON_THE_FRONT = 3
_FRONT_DAYS = timedelta(days=90)
_HISTORY = 50


def text_of(piece: Piece) -> tuple[str, SiteText | None]:
    """Return what the site says under a key, as Markdown, and the row, where an administrator ever changed it."""
    row = SiteText.objects.filter(pk=piece.key).first()
    return (shipped(piece.key) if row is None or row.is_default else row.text), row


def texts() -> dict[str, SiteText]:
    """Return the texts that were changed, without their words."""
    return {row.key: row for row in SiteText.objects.defer("text")}


def history_of(subject: str) -> list[Change]:
    """Return the newest changes of a text or an announcement."""
    return list(Change.objects.filter(subject=subject).order_by("-id")[:_HISTORY])


def words_before(subject: str, number: str) -> str | None:
    """Return what a text said after one of its changes; None where the number is none of them."""
    if not re.fullmatch("[1-9][0-9]{0,8}", number):
        return None
    found = Change.objects.filter(subject=subject, pk=int(number), action="changed").first()
    return found.text if found else None


def newest_changes() -> list[Change]:
    """Return the newest changes of announcements, without their words."""
    rows = Change.objects.filter(subject__startswith="announcement ").defer("text")
    return list(rows.order_by("-id")[:_HISTORY])


def on_the_front() -> list[Announcement]:
    """Return the newest announcements of the last three months, for the home page."""
    rows = Announcement.objects.filter(published_at__gt=now() - _FRONT_DAYS)
    return list(rows.defer("text").order_by("-published_at", "-id")[:_ON_THE_FRONT])


def announcements(page: int = 1, size: int = PAGE) -> tuple[list[Announcement], bool]:
    """Return one page of announcements, newest first, and whether there are more."""
    rows = Announcement.objects.order_by("-published_at", "-id")
    found = list(rows[(page - 1) * size : page * size + 1])
    return found[:size], len(found) > size
