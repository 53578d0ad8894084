# SPDX-License-Identifier: Apache-2.0
"""How often things were downloaded. Days are UTC; the last 30 days are today and the 29 before."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet, Sum

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.stats.flows.roll_up import SITE
from cheeseshop.stats.models import FileDay, Popularity, ProjectDay


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
    rows = list(Popularity.objects.order_by("-downloads", "project").values_list("project", "downloads")[:limit])
    names = dict(Project.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "normalized_name"))
    return [(names[project], downloads) for project, downloads in rows if project in names]


def downloads_by_day(project: UUID | None, days: int) -> list[tuple[date, int]]:
    """Return the downloads of each of the last ``days`` days, oldest first; of the whole site for None."""
    since = first_day(days)
    found = dict(ProjectDay.objects.filter(project=project or SITE, day__gte=since).values_list("day", "downloads"))
    return [(day, found.get(day, 0)) for day in (since + timedelta(days=n) for n in range(days))]
