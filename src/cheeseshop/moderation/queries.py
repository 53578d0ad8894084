# SPDX-License-Identifier: Apache-2.0
"""Lists of observations, read from an index, newest first, a page at a time, and never counted; and of reporters."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from cheeseshop.core.clock import now
from cheeseshop.moderation.models import Kind, Observation, Verdict
from cheeseshop.moderation.observers import trusted_of

PAGE = 50
REPORTERS = 100
_PERIOD = timedelta(days=365)


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


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How somebody's reports of the last year were decided. ``right`` is in percent, None where none is decided."""

    name: str
    automatic: bool
    trusted: bool
    all: int
    confirmed: int
    harmless: int

    @property
    def undecided(self) -> int:
        """How many wait."""
        return self.all - self.confirmed - self.harmless

    @property
    def right(self) -> int | None:
        """How many of a hundred were right."""
        decided = self.confirmed + self.harmless
        return round(100 * self.confirmed / decided) if decided else None


def accuracy() -> list[Accuracy]:
    """Return those who reported most within a year, most reports first."""
    rows = (
        Observation.objects.filter(created_at__gt=now() - _PERIOD)
        .values("reporter", "reported_by", "automatic")
        .annotate(
            n=Count("id"),
            confirmed=Count("id", filter=Q(verdict=Verdict.CONFIRMED)),
            harmless=Count("id", filter=Q(verdict=Verdict.HARMLESS)),
        )
        .order_by("-n", "reporter")[:REPORTERS]
    )
    found = list(rows)
    trusted = trusted_of({row["reported_by"] for row in found if row["reported_by"]})
    return [
        Accuracy(
            row["reporter"],
            row["automatic"],
            row["reported_by"] in trusted,
            row["n"],
            row["confirmed"],
            row["harmless"],
        )
        for row in found
    ]
