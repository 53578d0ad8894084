# SPDX-License-Identifier: Apache-2.0
"""Requirements as core metadata writes them (``Requires-Dist``, PEP 508), read for people and for tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_MOST = 1000  # requirements of one release are read
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Required:
    """One requirement. ``extra`` is the extra that it is for, empty for what is always needed.

    ``name`` is the normalized name, ``label`` the name with its extras as written, ``versions`` the specifier, and
    ``condition`` what is left of the marker, in the words of the metadata.
    """

    name: str
    label: str
    versions: str
    condition: str
    extra: str


def requirements_of(facts: Mapping[str, Any]) -> list[Required]:
    """Return what a release requires, in its order. What can't be read, or is at an address, is left out."""
    return list(_read(facts))


def required_by(facts: Mapping[str, Any]) -> dict[str, bool]:
    """Return the normalized names that a release requires, and whether each is optional: needed for extras only."""
    found: dict[str, bool] = {}
    for each in _read(facts):
        found[each.name] = found.get(each.name, True) and bool(each.extra)
    return found


def _read(facts: Mapping[str, Any]) -> Iterator[Required]:
    for text in (facts.get("requires_dist") or ())[:_MOST]:
        try:
            parsed = Requirement(text)
        except InvalidRequirement:
            continue
        name = str(canonicalize_name(parsed.name))
        if len(name) > _LONGEST_NAME or parsed.url:
            continue
        extras = f"[{','.join(sorted(parsed.extras))}]" if parsed.extras else ""
        condition, extra = _conditions(str(parsed.marker or ""))
        yield Required(name, f"{parsed.name}{extras}", str(parsed.specifier), condition, extra)


def _conditions(marker: str) -> tuple[str, str]:
    """Divide a marker that ends or consists in ``extra == "name"`` into the rest and the extra."""
    parts = marker.split(" and ")
    for part in parts:
        left, _, right = part.strip("() ").partition(" == ")
        if left == "extra" and right.strip('"') and " or " not in marker:
            return " and ".join(each for each in parts if each != part), right.strip('"')
    extra = "extras" if 'extra == "' in marker else ""
    return marker, extra
