# SPDX-License-Identifier: Apache-2.0
"""The data set that anybody may fetch: its columns and its files. Reading the list of them needs no DuckDB."""

from dataclasses import dataclass
from datetime import date

from cheeseshop.edge_contract.downloads import Places

COLUMNS = {
    "day": "the day (UTC), a date",
    "project": "the project's normalised name",
    "version": "the release",
    "filename": "the file",
    "packagetype": "bdist_wheel or sdist",
    "installer": "the program that fetched it, such as pip or uv; null where it did not say",
    "installer_version": "that program's version",
    "python": "the Python it installs for, such as 3.12",
    "implementation": "CPython, PyPy, …",
    "system": "Linux, Darwin, Windows, …",
    "downloads": "how often, a whole number",
}


@dataclass(frozen=True, slots=True)
class Published:
    """One file of the data set; its size is in bytes."""

    day: date
    size: int

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.day}.parquet"

    @property
    def path(self) -> str:
        """Its path on this site."""
        return f"/stats/downloads/{self.name}"


def published(places: Places) -> list[Published]:
    """Return the files of the data set, newest first."""
    if not places.public.is_dir():
        return []
    found = [Published(date.fromisoformat(path.stem), path.stat().st_size) for path in places.public.glob("*.parquet")]
    return sorted(found, key=lambda each: each.day, reverse=True)
