# SPDX-License-Identifier: Apache-2.0
"""Lists of observations. Each is read from an index, newest first, a page at a time, and never counted."""

from dataclasses import dataclass

from cheeseshop.moderation.models import Kind, Observation

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which observations: of a kind, of a subject, with or without a verdict."""

    kind: str = ""
    subject: str = ""
    undecided: bool = False


def observations(wanted: Wanted, page: int) -> tuple[list[Observation], bool]:
    """Return one page of observations, and whether there are more."""
    rows = Observation.objects.order_by("-id")
    if wanted.kind in Kind.values:
        rows = rows.filter(kind=wanted.kind)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.undecided:
        rows = rows.filter(verdict="")
    found = list(rows[(page - 1) * PAGE : page * PAGE + 1])
    return found[:PAGE], len(found) > PAGE
