# SPDX-License-Identifier: Apache-2.0
"""Turning switches, putting banners up and taking them down."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from packaging.utils import canonicalize_name

from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.flags.models import Banner, Flag, FlagChange, Level
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import forget

_LONGEST = 300


def turn(name: str, *, on: bool, by: str, note: str = "", notify: bool = True) -> None:
    """Turn a switch on or off. ``note`` is public.

    Raises:
        Refusal: when there is no such switch, or the note is too long.
    """
    known = [switch.value for switch in Switch]
    if name not in known:
        raise Refusal(f"There is no flag {name!r}; there are {', '.join(known)}.")
    if len(note) > _LONGEST:
        raise Refusal(f"A note has at most {_LONGEST} characters.")
    with transaction.atomic():
        if on:
            Flag.objects.update_or_create(name=name, defaults={"note": note, "notify": notify})
        else:
            Flag.objects.filter(pk=name).delete()
        FlagChange.objects.create(name=name, on=on, notify=notify, note=note, by=by)
    forget()


@dataclass(frozen=True, slots=True)
class NewBanner:
    """What a banner says, to whom, and for how long."""

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
        Refusal: when the text is empty or too long, the level unknown, the link none of the web, or the end before the
            beginning.
    """
    if not new.text.strip() or len(new.text) > _LONGEST:
        raise Refusal(f"A banner says something, in at most {_LONGEST} characters.")
    if new.level not in Level.values:
        raise Refusal(f"There is no level {new.level!r}; there are {', '.join(Level.values)}.")
    if new.link and (urlsplit(new.link).scheme not in {"http", "https"} and not new.link.startswith("/")):
        raise Refusal("A link begins with https:// or with /.")
    starts = new.starts_at or now()
    if new.ends_at is not None and new.ends_at <= starts:
        raise Refusal("A banner ends after it begins.")
    return Banner.objects.create(
        text=new.text.strip(),
        level=new.level,
        link=new.link,
        normalized_name=canonicalize_name(new.project) if new.project else "",
        language=new.language,
        starts_at=starts,
        ends_at=new.ends_at,
        by=by,
    )


def take_down(banner: int) -> None:
    """Take a banner down.

    Raises:
        Missing: when there is none of that number.
    """
    if not Banner.objects.filter(pk=banner).delete()[0]:
        raise Missing(f"There is no banner {banner}.")
