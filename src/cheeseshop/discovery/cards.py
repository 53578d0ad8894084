# SPDX-License-Identifier: Apache-2.0
"""Projects as lists show them: name, the release that stands for them, and what that says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cheeseshop import sql
from cheeseshop.core.facts import Visibility
from cheeseshop.discovery.documents import LIVE_RELEASE


@dataclass(frozen=True, slots=True)
class Card:
    """A project in a list. Version and summary are empty while nothing stands for it, or it is archived."""

    name: str
    normalized_name: str
    version: str
    summary: str
    created_at: datetime


def cards_of(projects: Sequence[UUID]) -> dict[UUID, Card]:
    """Return those of these projects that anybody may see, by their identities, in the order they were named.

    The index of searches knows which release stands for a project; the release itself is asked whether it may be shown.
    """
    if not projects:
        return {}
    marks = ", ".join(["%s"] * len(projects))
    rows = sql.every(
        "SELECT p.id, p.name, p.normalized_name, r.version, r.summary, p.created_at FROM catalog_project p"  # noqa: S608
        " LEFT JOIN discovery_document d ON d.project = p.id"
        f" LEFT JOIN catalog_release r ON r.id = d.release AND {LIVE_RELEASE}"
        f" WHERE p.id IN ({marks}) AND p.quarantined_at IS NULL AND p.visibility = '{Visibility.PUBLIC.value}'",
        *projects,
    )
    found = {sql.as_uuid(row[0]): _card(row) for row in rows}
    return {project: found[project] for project in projects if project in found}


def _card(row: sql.Row) -> Card:
    _, name, normalized, version, summary, created = row
    return Card(name, normalized, version or "", summary or "", sql.as_moment(created))
