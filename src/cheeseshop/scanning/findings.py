# SPDX-License-Identifier: Apache-2.0
"""What a scan finds: one finding a rule, with the places where it holds. Bounded, whatever the archive is. Pure."""

from dataclasses import dataclass, field
from typing import Any

SUSPICIOUS = "suspicious"
MALWARE = "malware"

MOST_RULES = 200
MOST_PLACES = 20
LONGEST_RULE = 100
LONGEST_TEXT = 500
LONGEST_PLACE = 300


@dataclass(slots=True)
class Finding:
    """A rule that holds. ``kind`` is the kind of observation; ``text`` says what it means; ``places`` are members."""

    rule: str
    text: str
    kind: str = SUSPICIOUS
    places: list[str] = field(default_factory=list)
    count: int = 0


class Findings:
    """Collects findings, each rule once."""

    def __init__(self) -> None:
        self._by_rule: dict[str, Finding] = {}

    def add(self, rule: str, text: str, place: str = "", kind: str = SUSPICIOUS) -> None:
        """Note that a rule holds at a place."""
        rule = rule[:LONGEST_RULE]
        found = self._by_rule.get(rule)
        if found is None:
            if len(self._by_rule) >= MOST_RULES:
                return
            found = self._by_rule[rule] = Finding(rule, text[:LONGEST_TEXT], kind)
        found.count += 1
        if place and len(found.places) < MOST_PLACES and place[:LONGEST_PLACE] not in found.places:
            found.places.append(place[:LONGEST_PLACE])

    def all(self) -> list[Finding]:
        """Return them in the order in which they were first found."""
        return list(self._by_rule.values())


def read_finding(raw: object) -> Finding | None:
    """Read a finding as a child wrote it. What is none, is None: a child that was taken over must not harm.

    Characters that databases refuse or terminals obey are shown by their codes.
    """
    match raw:
        case {"rule": str(rule), "text": str(text), "kind": str(kind), "places": list(places), "count": int(count)}:
            shown = [_printable(each, LONGEST_PLACE) for each in places[:MOST_PLACES] if isinstance(each, str)]
            named = _printable(rule, LONGEST_RULE)
            return Finding(named, _printable(text, LONGEST_TEXT), kind[:32], shown, max(0, min(count, 10**9)))
    return None


def _printable(text: str, longest: int) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:longest])[: 2 * longest]


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as ``read_finding`` takes it."""
    return {
        "rule": finding.rule,
        "text": finding.text,
        "kind": finding.kind,
        "places": finding.places,
        "count": finding.count,
    }
