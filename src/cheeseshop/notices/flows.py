# SPDX-License-Identifier: Apache-2.0
"""Changing the site's texts, publishing announcements, changing and withdrawing them. Each leaves a line of history."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.notices.catalogue import BY_KEY, shipped
from cheeseshop.notices.models import LONGEST_NOTE, LONGEST_TEXT, LONGEST_TITLE, Announcement, Change, SiteText
from cheeseshop.notices.rendering import as_html
from cheeseshop.notices.state import forget

LONGEST_SUPPORTERS = 2000
_MEANWHILE = gettext_noop(
    "Somebody else has changed this text meanwhile. Their words are in the history; put yours in again."
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A text's new words; ``base`` is the number of the change that the editor saw, 0 where there was none."""

    text: str
    base: int
    note: str = ""


def change_text(key: str, edit: Edit, by: str) -> None:
    """Change what the site says under a key. Empty: the page is not shown any more.

    Raises:
        Missing: when there is no such text.
        Refusal: when it is too long or does not render.
        Conflict: when somebody else changed it meanwhile.
    """
    text = tidy(edit.text)
    _check_text(text, LONGEST_SUPPORTERS if key == "supporters" else LONGEST_TEXT)
    _write(key, edit, by, SiteText(key=key, text=text))


def use_shipped_text(key: str, edit: Edit, by: str) -> None:
    """Go back to the text that is shipped, and follow it when the program is updated.

    Raises:
        Missing: when there is no such text, or none is shipped.
        Conflict: when somebody else changed it meanwhile.
    """
    if not shipped(key):
        raise Missing(gettext("No text is shipped for this page."))
    _write(key, edit, by, SiteText(key=key, is_default=True))


def _write(key: str, edit: Edit, by: str, wanted: SiteText) -> None:
    if key not in BY_KEY:
        raise Missing(gettext("There is no text %(key)r.") % {"key": key})
    if len(edit.note) > LONGEST_NOTE:
        raise Refusal(gettext("A note has at most %(longest_note)s characters.") % {"longest_note": LONGEST_NOTE})
    wanted.number, wanted.changed_at = edit.base + 1, now()
    action = "default" if wanted.is_default else "changed"
    with transaction.atomic():
        _put(edit.base, wanted)
        Change.objects.create(subject=f"text {key}", action=action, text=wanted.text, note=edit.note.strip(), by=by)
    forget()


def _put(base: int, wanted: SiteText) -> None:
    """Write the row, if it is still the one that the editor saw."""
    if base:
        values = {name: getattr(wanted, name) for name in ("number", "is_default", "text", "changed_at")}
        if not SiteText.objects.filter(pk=wanted.pk, number=base).update(**values):
            raise Conflict(gettext(_MEANWHILE))
        return
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(gettext(_MEANWHILE)) from error


def tidy(text: str) -> str:
    """Return a text with the line ends of this program, and without blank ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _check_text(text: str, longest: int) -> None:
    if len(text) > longest:
        raise Refusal(
            gettext("This text has at most %(longest)s characters; yours has %(text)s.")
            % {"longest": f"{longest:,}", "text": f"{len(text):,}"}
        )
    as_html(text)


def _checked(title: str, text: str) -> tuple[str, str]:
    title, text = " ".join(title.split()), tidy(text)
    if not title or len(title) > LONGEST_TITLE:
        raise Refusal(
            gettext("An announcement has a title, of at most %(longest_title)s characters.")
            % {"longest_title": LONGEST_TITLE}
        )
    if not text:
        raise Refusal(gettext("An announcement says something."))
    _check_text(text, LONGEST_TEXT)
    return title, text


def announce(title: str, text: str, by: str) -> Announcement:
    """Publish an announcement.

    Raises:
        Refusal: when title or text are empty or too long, or the text does not render.
    """
    title, text = _checked(title, text)
    with transaction.atomic():
        made = Announcement.objects.create(title=title, text=text, by=by)
        _record(made, "published", by)
    return made


def change_announcement(number: int, title: str, text: str, by: str) -> None:
    """Change an announcement. Feeds keep it at its place.

    Raises:
        Missing: when it was withdrawn.
        Refusal: as ``announce``.
    """
    title, text = _checked(title, text)
    with transaction.atomic():
        made = Announcement.objects.select_for_update().filter(pk=number).first()
        if made is None:
            raise Missing(gettext("This announcement was withdrawn."))
        if (made.title, made.text) == (title, text):
            return
        made.title, made.text, made.changed_at = title, text, now()
        made.save(update_fields=["title", "text", "changed_at"])
        _record(made, "changed", by)


def withdraw_announcement(number: int, by: str) -> None:
    """Take an announcement back. What it said stays in the history.

    Raises:
        Missing: when somebody else was faster.
    """
    with transaction.atomic():
        made = Announcement.objects.select_for_update().filter(pk=number).first()
        if made is None:
            raise Missing(gettext("This announcement is withdrawn already."))
        _record(made, "withdrawn", by)
        made.delete()


def _record(made: Announcement, action: str, by: str) -> None:
    Change.objects.create(subject=f"announcement {made.pk}", action=action, title=made.title, text=made.text, by=by)
