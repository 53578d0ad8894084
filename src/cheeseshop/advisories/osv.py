# SPDX-License-Identifier: Apache-2.0
"""Records in the OSV format (https://ossf.github.io/osv-schema/), of the ecosystem ``PyPI``. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

ECOSYSTEM = "PyPI"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST = 20_000  # versions or events of one record
_LONGEST = 200_000  # characters of its details


class AdvisoryError(ValueError):
    """A record that is not of the format, with what is wrong."""


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from ``low`` (None: the first) up to ``high`` (None: all later ones).

    ``high`` itself is among them only where ``inclusive``.
    """

    low: str | None
    high: str | None
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Affected:
    """What a record says of one project: ranges, versions that are named one by one, and those that mend it."""

    normalized_name: str
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """An advisory. Moments are UTC; ``withdrawn`` is None while it stands."""

    id: str
    modified: datetime
    published: datetime | None
    withdrawn: datetime | None
    aliases: tuple[str, ...]
    summary: str
    details: str
    link: str
    affected: tuple[Affected, ...] = field(default_factory=tuple)


def is_identity(text: str) -> bool:
    """Tell whether an advisory may be called so."""
    return _ID.fullmatch(text) is not None


def parse(raw: object) -> Record:
    """Read a record. Packages of other ecosystems are passed over, and so are versions that are none.

    Raises:
        AdvisoryError: when it is not of the format.
    """
    if not isinstance(raw, dict):
        raise AdvisoryError("an advisory is a JSON object")
    identity = raw.get("id")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise AdvisoryError("an advisory has an id of letters, digits, dots, hyphens and underscores")
    modified = _moment(raw.get("modified"))
    if modified is None:
        raise AdvisoryError(f"{identity}: modified is no RFC 3339 time")
    affected: dict[str, list[dict[str, Any]]] = {}
    for each in _dicts(raw.get("affected")):
        package = each.get("package")
        if isinstance(package, dict) and package.get("ecosystem") == ECOSYSTEM:
            affected.setdefault(_name(package.get("name"), identity), []).append(each)
    return Record(
        id=identity,
        modified=modified,
        published=_moment(raw.get("published")),
        withdrawn=_moment(raw.get("withdrawn")),
        aliases=tuple(_texts(raw.get("aliases"), 100)),
        summary=_text(raw.get("summary"))[:1000],
        details=_text(raw.get("details"))[:_LONGEST],
        link=_link(raw, identity),
        affected=tuple(_affected(name, parts) for name, parts in sorted(affected.items())),
    )


def _link(raw: dict[str, Any], identity: str) -> str:
    for kind in ("ADVISORY", "WEB", "REPORT"):
        for each in _dicts(raw.get("references")):
            url = _text(each.get("url"))
            if each.get("type") == kind and url.startswith("https://"):
                return url[:500]
    return f"https://osv.dev/vulnerability/{identity}"


def _affected(name: str, parts: Iterable[dict[str, Any]]) -> Affected:
    ranges: list[Range] = []
    versions: list[str] = []
    fixed: list[str] = []
    for part in parts:
        versions += _versions(_texts(part.get("versions"), _MOST))
        for each in _dicts(part.get("ranges")):
            if each.get("type") == "ECOSYSTEM":
                found, mended = _ranges(each.get("events"))
                ranges += found
                fixed += mended
    ordered = sorted(set(fixed), key=Version)
    return Affected(name, tuple(ranges), tuple(dict.fromkeys(versions)), tuple(ordered))


def _ranges(events: object) -> tuple[list[Range], list[str]]:
    """Read a range's events in the order of their versions, whatever order they come in."""
    told: list[tuple[Version | None, int, str, str]] = []
    for event in _dicts(events)[:_MOST]:
        for order, kind in enumerate(("fixed", "last_affected", "introduced")):
            text = event.get(kind)
            if not isinstance(text, str):
                continue
            if kind == "introduced" and text == "0":
                told.append((None, order, kind, text))
            elif (version := _version(text)) is not None:
                told.append((version, order, kind, text))
    told.sort(key=lambda each: (each[0] is not None, each[0] or Version("0"), each[1]))
    found: list[Range] = []
    low: str | None = None
    inside = False
    for _, _, kind, text in told:
        if kind == "introduced" and not inside:
            low, inside = (None if text == "0" else text), True
        elif kind != "introduced" and inside:
            found.append(Range(low, text, inclusive=kind == "last_affected"))
            inside = False
    if inside:
        found.append(Range(low, None))
    return found, [text for _, _, kind, text in told if kind == "fixed"]


def affects(affected: Affected, version: Version) -> bool:
    """Tell whether a version is among those that a record speaks of."""
    if any(Version(each) == version for each in affected.versions):
        return True
    return any(_within(each, version) for each in affected.ranges)


def _within(each: Range, version: Version) -> bool:
    if each.low is not None and version < Version(each.low):
        return False
    if each.high is None:
        return True
    high = Version(each.high)
    return version < high or (each.inclusive and version == high)


def _name(value: object, identity: str) -> str:
    try:
        return str(canonicalize_name(_text(value), validate=True))
    except InvalidName as error:
        raise AdvisoryError(f"{identity}: {str(value)[:100]!r} is no name of a project") from error


def _version(text: str) -> Version | None:
    try:
        return Version(text) if len(text) <= 200 else None  # noqa: PLR2004 - of the longest that is accepted here
    except (InvalidVersion, ValueError):
        return None


def _versions(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if _version(text) is not None]


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value)[:40])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: object, most: int) -> list[str]:
    return [each for each in value[:most] if isinstance(each, str)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""
