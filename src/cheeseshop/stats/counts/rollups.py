# SPDX-License-Identifier: Apache-2.0
"""Counts from the roll-ups in the database of the index."""

from datetime import date
from uuid import UUID

from django.db.models import Sum

from cheeseshop.stats.flows.roll_up import SITE
from cheeseshop.stats.models import Kind, Popularity, ProjectDay, Share


class RollUps:
    """Small tables, which every counting adds to."""

    def by_day(self, project: UUID | None, since: date) -> dict[date, int]:
        """Return the downloads of each day."""
        return dict(
            ProjectDay.objects.filter(project=project or SITE, day__gte=since).values_list("day", "downloads"),
        )

    def by(self, project: UUID | None, kind: Kind, since: date) -> list[tuple[str, int]]:
        """Return the downloads by version, Python, system or installer."""
        rows = Share.objects.filter(project=project or SITE, kind=kind.value, day__gte=since)
        found = rows.values_list("value").annotate(total=Sum("downloads")).order_by("-total", "value")
        return [(value, int(total)) for value, total in found]

    def most(self, limit: int, since: date) -> list[tuple[UUID, int]]:  # noqa: ARG002 - as of the last counting
        """Return the most downloaded projects of the days that popularity stands for."""
        rows = Popularity.objects.order_by("-downloads", "project")
        return list(rows.values_list("project", "downloads")[:limit])
