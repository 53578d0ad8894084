# SPDX-License-Identifier: Apache-2.0
"""Make the data set that anybody may fetch: a file a day, of the projects that anybody may see."""

from cheeseshop.catalog.models import Project
from cheeseshop.core.facts import Visibility
from cheeseshop.stats.raw.parquet import ParquetStore

_AT_ONCE = 500


def publish_days(raw: ParquetStore) -> int:
    """Make the public files that are missing or out of date, and return how many."""
    days = raw.unpublished()
    for day in days:
        raw.publish(day, sorted(_public(raw.projects(day))))
    return len(days)


def _public(names: list[str]) -> set[str]:
    listed = Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)
    found: set[str] = set()
    for at in range(0, len(names), _AT_ONCE):
        part = names[at : at + _AT_ONCE]
        found |= set(listed.filter(normalized_name__in=part).values_list("normalized_name", flat=True))
    return found
