# SPDX-License-Identifier: Apache-2.0
"""How often things were downloaded. Days are UTC; the last 30 days are today and the 29 before."""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet, Sum

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.core.facts import Visibility
from cheeseshop.stats.counts import choice as counts
from cheeseshop.stats.flows.roll_up import POPULAR_DAYS
from cheeseshop.stats.models import FileDay, Kind, ProjectDay, Trend

_SIZES = "stats-sizes"
_SIZES_AGE = 600
_TRENDS_HOLD = timedelta(days=2)
_QUICK = 0.05  # seconds: what takes less is asked anew each time


def first_day(days: int) -> date:
    """Return the first of the last ``days`` days."""
    return now().date() - timedelta(days=days - 1)


def downloads_of(thing: Project | Release | File, days: int = 30) -> int:
    """Return how often a project, a release or a file was downloaded within the last ``days`` days.

    Of releases and files the last 92 days are kept, of projects 366.
    """
    rows: QuerySet[ProjectDay] | QuerySet[FileDay]
    if isinstance(thing, Project):
        rows = ProjectDay.objects.filter(project=thing.pk)
    elif isinstance(thing, Release):
        rows = FileDay.objects.filter(release=thing.pk)
    else:
        rows = FileDay.objects.filter(file=thing.pk)
    found = rows.filter(day__gte=first_day(days)).aggregate(total=Sum("downloads"))["total"]
    return int(found or 0)


def downloads_of_files(files: list[UUID], days: int = 30) -> dict[UUID, int]:
    """Return how often each of these files was downloaded; those that never were are left out."""
    rows = FileDay.objects.filter(file__in=files, day__gte=first_day(days)).values("file")
    return {row["file"]: int(row["total"]) for row in rows.annotate(total=Sum("downloads"))}


def most_downloaded(limit: int) -> list[tuple[str, int]]:
    """Return the most downloaded projects of the last 30 days: normalised name and downloads, most first.

    As of the last counting. Whether anybody may see them is the caller's question.
    """
    rows = counts.ask(lambda those: those.most(limit, first_day(POPULAR_DAYS)))
    names = dict(Project.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "normalized_name"))
    return [(names[project], downloads) for project, downloads in rows if project in names]


def downloads_by_day(project: UUID | None, days: int) -> list[tuple[date, int]]:
    """Return the downloads of each of the last ``days`` days, oldest first; of the whole site for None."""
    since = first_day(days)
    found = counts.ask(lambda those: those.by_day(project, since))
    return [(day, found.get(day, 0)) for day in (since + timedelta(days=n) for n in range(days))]


def downloads_by(project: UUID | None, kind: Kind, days: int) -> list[tuple[str, int]]:
    """Return the downloads of the last ``days`` days by version, Python, system or installer, most first."""
    return counts.ask(lambda those: those.by(project, kind, first_day(days)))


def site_downloads() -> dict[str, int]:
    """Return the downloads of the whole site: today, within seven days, and within thirty."""
    counts = [count for _, count in downloads_by_day(None, POPULAR_DAYS)]
    return {"last_day": counts[-1], "last_week": sum(counts[-7:]), "last_month": sum(counts)}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the public projects are together, and the largest of them: name and bytes."""

    total: int
    largest: list[tuple[str, int]]


def sizes(limit: int = 100) -> Sizes:
    """Return the sizes of what anybody may see; where adding up takes long, as of ten minutes ago at most."""
    kept: Sizes | None = cache.get(_SIZES)
    if kept is not None:
        return kept
    began = time.monotonic()
    rows = Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)
    total = int(rows.aggregate(total=Sum("total_size"))["total"] or 0)
    largest = rows.filter(total_size__gt=0).order_by("-total_size", "normalized_name")
    found = Sizes(total, list(largest.values_list("name", "total_size")[:limit]))
    if time.monotonic() - began > _QUICK:
        cache.set(_SIZES, found, _SIZES_AGE)
    return found


def most_downloaded_public(limit: int) -> list[tuple[str, int]]:
    """Return the most downloaded projects that anybody may see, of the last 30 days: name and downloads."""
    public = Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)
    rows = most_downloaded(limit * 2)
    shown = set(public.filter(normalized_name__in=[name for name, _ in rows]).values_list("normalized_name", flat=True))
    return [row for row in rows if row[0] in shown][:limit]


@dataclass(frozen=True, slots=True)
class Rising:
    """A project that is downloaded more than it was: this week's downloads, and those of the week before."""

    project: UUID
    recent: int
    earlier: int


def rising(limit: int) -> list[Rising]:
    """Return the public projects whose downloads rise most, as of the last measuring.

    Nothing where it is days old: nobody downloads here any more, or counting is off.
    """
    public = Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)
    rows = list(Trend.objects.filter(measured_at__gt=now() - _TRENDS_HOLD).order_by("place")[: limit * 4])
    shown = set(public.filter(pk__in=[row.project for row in rows]).values_list("pk", flat=True))
    return [Rising(row.project, row.recent, row.earlier) for row in rows if row.project in shown][:limit]
