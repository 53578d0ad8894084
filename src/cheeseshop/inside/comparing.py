# SPDX-License-Identifier: Apache-2.0
"""What changed between two files of a project: which members came, went and changed, and how their texts did."""

import hashlib
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cheeseshop.inside.archives import Archive
from cheeseshop.inside.texts import LONGEST_COMPARED, compared, text_of

MOST_SHOWN = 100
"""Changed members whose texts are compared; further ones are named."""

_MOST_BYTES = 2 * 1024 * 1024  # of HTML on one page
_READ = 64 * 1024 * 1024  # bytes of one archive that are looked at
_VERSIONED = re.compile(r"^(?P<name>[^/]+?)-[^/-]+?(?P<kind>\.dist-info|\.data)?/")


@dataclass(frozen=True, slots=True)
class Change:
    """A member that is not the same in both. ``html`` is what changed in its text, or None where that is not shown."""

    path: str
    kind: str
    html: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    digest: bytes
    data: bytes
    whole: bool


def common_path(path: str) -> str:
    """Return a member's path without the version that its top directory carries."""
    return _VERSIONED.sub(lambda found: f"{found['name']}{found['kind'] or ''}/", path, count=1)


def changes(before: Archive, after: Archive) -> tuple[list[Change], bool]:
    """Return what changed, in the order of paths, and whether both archives were looked at to their ends.

    Raises:
        NotReadable: when one of them can't be read.
    """
    (old, old_whole), (new, new_whole) = _seen(before), _seen(after)
    found: list[Change] = []
    shown = size = 0
    for path in sorted(old.keys() | new.keys()):
        was, now = old.get(path), new.get(path)
        if was and now and was.digest == now.digest:
            continue
        if shown >= MOST_SHOWN or size >= _MOST_BYTES:
            found.append(Change(path, _kind(was, now), None, _("Too much changed to show it all.")))
            continue
        shown += 1
        change = _change(path, was, now)
        size += len(change.html or "")
        found.append(change)
    return found, old_whole and new_whole


def _kind(was: _Seen | None, now: _Seen | None) -> str:
    return "added" if was is None else "removed" if now is None else "changed"


def _change(path: str, was: _Seen | None, now: _Seen | None) -> Change:
    kind = _kind(was, now)
    if not all(each is None or each.whole for each in (was, now)):
        return Change(path, kind, None, _("It is too large to be compared here."))
    before, after = (text_of(each.data) if each else "" for each in (was, now))
    if before is None or after is None:
        return Change(path, kind, None, _("It is no text."))
    html = compared(before, after)
    return Change(path, kind, html, "" if html is not None else _("It takes too long to compare."))


def _seen(archive: Archive) -> tuple[dict[str, _Seen], bool]:
    found: dict[str, _Seen] = {}
    total = 0
    for member, content in archive.read_all(None, LONGEST_COMPARED):
        total += len(content.data)
        if total > _READ:
            return found, False
        digest = hashlib.sha256(content.data + f"\0{member.size} {member.link}".encode("utf-8", "replace")).digest()
        kept = content.data if text_of(content.data) is not None else b"\0"
        found[common_path(member.path)] = _Seen(digest, kept, content.whole)
    return found, True
