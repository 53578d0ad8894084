# SPDX-License-Identifier: Apache-2.0
"""Turning switches, putting banners up and taking them down."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from packaging.utils import canonicalize_name

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.flags.models import Banner, BannerChange, Flag, FlagChange, Level
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import forget

_LONGEST = 300
_LONGEST_LINK = 500


def turn(name: str, *, on: bool, by: str, note: str = "", notify: bool = True) -> None:
    """Turn a switch on or off. ``note`` is public.

    Raises:
        Refusal: when there is no such switch, or the note is too long.
    """
    known = [switch.value for switch in Switch]
    if name not in known:
        raise Refusal(
            gettext("There is no flag %(name)r; there are %(known)s.") % {"name": name, "known": ", ".join(known)}
        )
    if len(note) > _LONGEST:
        raise Refusal(gettext("A note has at most %(longest)s characters.") % {"longest": _LONGEST})
    with transaction.atomic():
        if on:
            Flag.objects.update_or_create(name=name, defaults={"note": note, "notify": notify})
        else:
            Flag.objects.filter(pk=name).delete()
        FlagChange.objects.create(name=name, on=on, notify=notify, note=note, by=by)
    forget()


@dataclass(frozen=True, slots=True)
class NewBanner:
    """What a banner says, to whom, and for how long. ``language`` is the code of one that pages may be read in."""

    text: str
    level: str = Level.INFO.value
    link: str = ""
    project: str = ""
    language: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def put_up(new: NewBanner, by: str) -> Banner:
    """Put a banner up.

    Raises:
        Refusal: when the text is empty or too long, the level, language or project unknown, the link none of the web,
            or the end before the beginning.
    """
    check_banner(new)
    with transaction.atomic():
        made = as_banner(new)
        made.by = by
        made.save(force_insert=True)
        BannerChange.objects.create(banner=made.pk, action="up", text=made.text, by=by)
    return made


def as_banner(new: NewBanner) -> Banner:
    """Return a banner that is not put up, as a preview shows it."""
    return Banner(
        text=new.text.strip(),
        level=new.level,
        link=new.link,
        normalized_name=canonicalize_name(new.project) if new.project else "",
        language=new.language,
        starts_at=new.starts_at or now(),
        ends_at=new.ends_at,
    )


def check_banner(new: NewBanner) -> None:
    """Check what a banner says, to whom, and for how long.

    Raises:
        Refusal: as ``put_up``.
    """
    if not new.text.strip() or len(new.text) > _LONGEST:
        raise Refusal(gettext("A banner says something, in at most %(longest)s characters.") % {"longest": _LONGEST})
    if new.level not in Level.values:
        raise Refusal(
            gettext("There is no level %(level)r; there are %(values)s.")
            % {"level": new.level, "values": ", ".join(Level.values)}
        )
    if new.link and (len(new.link) > _LONGEST_LINK or not _leads_somewhere(new.link)):
        raise Refusal(gettext("A link begins with https:// or with /."))
    if new.language and new.language not in dict(settings.LANGUAGES):
        raise Refusal(
            gettext("No page is read in the language %(language)r; write its code, such as de or pt-br.")
            % {"language": new.language}
        )
    if new.ends_at is not None and new.ends_at <= (new.starts_at or now()):
        raise Refusal(gettext("A banner ends after it begins."))
    if new.project and not _is_project(canonicalize_name(new.project)):
        raise Refusal(gettext("There is no project named %(project)s.") % {"project": new.project})


def _leads_somewhere(link: str) -> bool:
    """Tell whether a link is one of the web, or a path of this site."""
    try:
        return urlsplit(link).scheme in {"http", "https"} or (link.startswith("/") and not link.startswith("//"))
    except ValueError:
        return False


def _is_project(normalized_name: str) -> bool:
    return sql.first("SELECT 1 FROM catalog_project WHERE normalized_name = %s", normalized_name) is not None


def take_down(banner: int, by: str) -> None:
    """Take a banner down.

    Raises:
        Missing: when there is none of that number.
    """
    with transaction.atomic():
        found = Banner.objects.select_for_update().filter(pk=banner).first()
        if found is None:
            raise Missing(gettext("There is no banner %(banner)s.") % {"banner": banner})
        BannerChange.objects.create(banner=banner, action="down", text=found.text, by=by)
        found.delete()
