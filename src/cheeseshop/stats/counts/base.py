# SPDX-License-Identifier: Apache-2.0
"""What pages ask of whatever counts downloads. A project is named by its identity; None is the whole site."""

from datetime import date
from typing import Protocol
from uuid import UUID

from cheeseshop.stats.models import Kind


class Counts(Protocol):
    """Answers how often things were downloaded since a day (UTC)."""

    def by_day(self, project: UUID | None, since: date) -> dict[date, int]:
        """Return the downloads of each day; days without any are left out."""

    def by(self, project: UUID | None, kind: Kind, since: date) -> list[tuple[str, int]]:
        """Return the downloads by version, Python, system or installer, most first, then by name."""

    def most(self, limit: int, since: date) -> list[tuple[UUID, int]]:
        """Return the most downloaded projects, most first, then by identity."""
