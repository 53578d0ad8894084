# SPDX-License-Identifier: Apache-2.0
"""Software bills of materials in wheels (PEP 770), as a table."""

import json
import re
from dataclasses import dataclass
from typing import Any

MOST = 1000
"""Components that are shown."""

_PLACE = re.compile(r"[^/]+\.dist-info/sboms/.+")


@dataclass(frozen=True, slots=True)
class Component:
    """Something that a distribution contains."""

    name: str
    version: str
    licence: str
    address: str


@dataclass(frozen=True, slots=True)
class Materials:
    """A bill of materials: its standard, and the first components with the number of all."""

    standard: str
    components: list[Component]
    count: int


def is_sbom(path: str) -> bool:
    """Tell whether a member of a wheel is a bill of materials by its place."""
    return _PLACE.fullmatch(path) is not None


def read_sbom(text: str) -> Materials | None:
    """Read a bill of materials in CycloneDX or SPDX, as JSON; None where it is neither."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if found.get("bomFormat") == "CycloneDX":
        return _materials(f"CycloneDX {_text(found.get('specVersion'))}", found.get("components"), _cyclonedx)
    if isinstance(found.get("spdxVersion"), str):
        return _materials(found["spdxVersion"][:20], found.get("packages"), _spdx)
    return None


def _materials(standard: str, rows: object, read: Any) -> Materials:  # noqa: ANN401 - one of the two below
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return Materials(standard.strip(), [read(row) for row in listed[:MOST]], len(listed))


def _cyclonedx(row: dict[str, Any]) -> Component:
    licences = row.get("licenses")
    told = []
    for each in licences if isinstance(licences, list) else []:
        inner = each.get("license") if isinstance(each, dict) else None
        if isinstance(inner, dict):
            told.append(_text(inner.get("id") or inner.get("name")))
        elif isinstance(each, dict):
            told.append(_text(each.get("expression")))
    return Component(_text(row.get("name")), _text(row.get("version")), ", ".join(told), _text(row.get("purl")))


def _spdx(row: dict[str, Any]) -> Component:
    references = row.get("externalRefs")
    address = next(
        (
            _text(each.get("referenceLocator"))
            for each in (references if isinstance(references, list) else [])
            if isinstance(each, dict) and each.get("referenceType") == "purl"
        ),
        "",
    )
    licence = _text(row.get("licenseConcluded") or row.get("licenseDeclared"))
    return Component(
        _text(row.get("name")), _text(row.get("versionInfo")), "" if licence == "NOASSERTION" else licence, address
    )


def _text(value: object) -> str:
    return value[:300] if isinstance(value, str) else ""
