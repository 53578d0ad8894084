# SPDX-License-Identifier: Apache-2.0
"""What every store of downloads can do, and what a row in it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cheeseshop.stats.tally import Row

COLUMNS = {
    "hour": "TIMESTAMP",
    "project": "VARCHAR",
    "version": "VARCHAR",
    "filename": "VARCHAR",
    "packagetype": "VARCHAR",
    "installer": "VARCHAR",
    "installer_version": "VARCHAR",
    "python": "VARCHAR",
    "implementation": "VARCHAR",
    "system": "VARCHAR",
    "distro": "VARCHAR",
    "distro_version": "VARCHAR",
    "cpu": "VARCHAR",
    "ci": "BOOLEAN",
    "downloads": "BIGINT",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: names of columns, and rows of plain values."""

    columns: list[str]
    rows: list[list[Any]]


class DownloadStore(Protocol):
    """Keeps downloads. Everything may be done again after a crash, and is then done once."""

    def append(self, batch: int, rows: Sequence[Row]) -> None:
        """Keep the rows of a batch, durably, before this returns. The same batch again changes nothing."""

    def tidy_up(self, keep_days: int) -> None:
        """Make few files of many, and forget what is older than so many days; 0 keeps everything."""

    def query(self, statement: str, limit: int) -> Answer:
        """Answer a SELECT over the table ``downloads``; at most ``limit`` rows.

        Raises:
            Refusal: when the statement is wrong, or does anything but read this table.
        """


def as_record(row: Row) -> dict[str, Any]:
    """Return a row as a store writes it: one JSON object."""
    told: dict[str, Any] = {
        "hour": f"{row.hour:%Y-%m-%d %H:%M:%S}",
        "project": row.file.project_name,
        "version": row.file.version,
        "filename": row.file.filename,
        "packagetype": row.file.packagetype,
    }
    names = ("installer", "installer_version", "python", "implementation", "system", "distro", "distro_version", "cpu")
    told |= {name: getattr(row.client, name) or None for name in names}
    return told | {"ci": row.client.ci, "downloads": row.downloads}
