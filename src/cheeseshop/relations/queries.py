# SPDX-License-Identifier: Apache-2.0
"""Who requires whom, of what anybody may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cheeseshop import sql
from cheeseshop.catalog.models import Project
from cheeseshop.core.facts import Visibility
from cheeseshop.relations.reading import requirements_of

_PUBLIC = Visibility.PUBLIC.value
_COUNTED = 10_000
_PAGE = 50
_DEPENDANTS = """
FROM relations_requirement r JOIN catalog_project p ON p.id = r.project_id
WHERE r.name = %s AND p.quarantined_at IS NULL AND p.visibility = %s"""


@dataclass(frozen=True, slots=True)
class Dependant:
    """A project that requires another; ``optional``: only for an extra. Downloads are of the last 30 days."""

    name: str
    normalized_name: str
    optional: bool
    downloads: int


def dependants_of(normalized_name: str, offset: int, limit: int) -> list[Dependant]:
    """Return the projects whose latest release requires a project, most downloaded first."""
    rows = sql.every(
        f"SELECT p.name, p.normalized_name, r.optional,"  # noqa: S608 - our own words
        f" COALESCE((SELECT d.downloads FROM stats_popularity d WHERE d.project = p.id), 0) AS downloads {_DEPENDANTS}"
        f" ORDER BY downloads DESC, p.normalized_name LIMIT %s OFFSET %s",
        normalized_name,
        _PUBLIC,
        limit,
        offset,
    )
    return [Dependant(name, normalized, bool(optional), int(count)) for name, normalized, optional, count in rows]


def count_dependants(normalized_name: str) -> int:
    """Return how many projects require a project, ten thousand at most."""
    statement = f"SELECT COUNT(*) FROM (SELECT 1 {_DEPENDANTS} LIMIT %s) AS found"  # noqa: S608 - our own words
    row = sql.first(statement, normalized_name, _PUBLIC, _COUNTED)
    return int(row[0]) if row else 0


def relations_context(normalized_name: str, facts: Mapping[str, Any], page: int) -> dict[str, Any]:
    """Return what ``relations/project.html`` shows of a release's metadata, and a page of dependants, from 1."""
    required = sorted(requirements_of(facts), key=lambda each: each.extra)  # stable: else in the metadata's order
    found = dependants_of(normalized_name, (page - 1) * _PAGE, _PAGE + 1)
    return {
        "requirements": required,
        "here": here(each.name for each in required),
        "dependants": found[:_PAGE],
        "total": count_dependants(normalized_name),
        "page": page,
        "more": len(found) > _PAGE,
    }


def here(names: Iterable[str]) -> set[str]:
    """Return which of these normalized names are projects that anybody may see."""
    rows = Project.objects.filter(normalized_name__in=set(names), quarantined_at=None, visibility=_PUBLIC)
    return set(rows.values_list("normalized_name", flat=True))
