# SPDX-License-Identifier: Apache-2.0
"""From downloads to rows: which file it was, made with what, within which hour."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

from cheeseshop import sql
from cheeseshop.edge_contract.downloads import Download
from cheeseshop.stats.agents import Client, client_of

_HOUR = 3600
_AT_ONCE = 500
_LATEST = 253402300799 - _HOUR  # the last second of the year 9999, which is as far as dates go
_FILES = """
SELECT f.blake2_256, f.filename, f.packagetype, f.id, r.id, r.version, p.id, p.normalized_name
FROM catalog_file f JOIN catalog_release r ON r.id = f.release_id JOIN catalog_project p ON p.id = r.project_id
WHERE f.blake2_256 IN """


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file that was downloaded; without identities where it was deleted since."""

    filename: str
    packagetype: str
    project_name: str
    version: str
    file: UUID | None = None
    release: UUID | None = None
    project: UUID | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of downloads of one file by one kind of client within one hour (UTC)."""

    hour: datetime
    file: FileOf
    client: Client
    downloads: int


@dataclass(slots=True)
class Tally:
    """A batch, counted: its rows in a settled order, and how much was dropped or damaged."""

    rows: list[Row] = field(default_factory=list)
    dropped: int = 0
    damaged: int = 0

    @property
    def downloads(self) -> int:
        """How many files were downloaded."""
        return sum(row.downloads for row in self.rows)


def tally(downloads: Iterable[Download | None]) -> Tally:
    """Count downloads by hour, file and client."""
    found = Tally()
    counts: Counter[tuple[int, str, Client]] = Counter()
    for each in downloads:
        if each is None or each.second > _LATEST:
            found.damaged += 1
        elif each.is_loss:
            found.dropped += each.count
        else:
            counts[each.second // _HOUR * _HOUR, each.key, client_of(each.agent)] += each.count
    files = files_of({key for _, key, _ in counts})
    for (second, key, client), count in counts.items():
        if key in files:
            found.rows.append(Row(datetime.fromtimestamp(second, UTC), files[key], client, count))
        else:
            found.damaged += count
    return found


def files_of(keys: Iterable[str]) -> dict[str, FileOf]:
    """Return the file of each key; of one that was deleted, what its name says; none for a key that is no file's."""
    found: dict[str, FileOf] = {}
    by_digest = {"".join(key.split("/")[:3]): key for key in keys if key.count("/") == 3}  # noqa: PLR2004 - aa/bb/rest/name
    digests = sorted(by_digest)
    for at in range(0, len(digests), _AT_ONCE):
        found |= _recorded(digests[at : at + _AT_ONCE], by_digest)
    for key in by_digest.values():
        if key not in found and (gone := _named(key.rpartition("/")[2])):
            found[key] = gone
    return found


def _recorded(digests: Sequence[str], by_digest: dict[str, str]) -> dict[str, FileOf]:
    rows = sql.every(_FILES + f"({', '.join(['%s'] * len(digests))})", *digests)
    return {
        by_digest[row[0]]: FileOf(row[1], row[2], row[7], row[5], *(sql.as_uuid(row[at]) for at in (3, 4, 6)))
        for row in rows
        if by_digest[row[0]].endswith("/" + row[1])
    }


def _named(filename: str) -> FileOf | None:
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
            return FileOf(filename, "bdist_wheel", name, str(version))
        name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return FileOf(filename, "sdist", name, str(version))
