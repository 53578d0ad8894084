# SPDX-License-Identifier: Apache-2.0
"""Where records are read from: a folder of JSON files, or the archive that OSV publishes for an ecosystem."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from cheeseshop.core.errors import Refusal

LARGEST = 4 * 1024 * 1024
"""Bytes of one record."""

_MOST = 1_000_000  # records of one source
_LARGEST_TOTAL = 8 * 1024**3


def records_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each record in a folder, a zip archive, or a file of one record.

    Raises:
        Refusal: when there is nothing to read, or too much.
    """
    if path.is_dir():
        for each in sorted(path.rglob("*.json")):
            yield each.name, _read(each)
    elif zipfile.is_zipfile(path):
        yield from _in_zip(path)
    elif path.is_file():
        yield path.name, _read(path)
    else:
        raise Refusal(f"There is no {path}.")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)  # what is cut is no JSON, and is refused by name


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".json")]
        if len(members) > _MOST:
            raise Refusal(f"The archive has {len(members)} records; at most {_MOST} are read.")
        for member in members:
            with archive.open(member) as file:
                data = file.read(LARGEST + 1)
            total += len(data)
            if total > _LARGEST_TOTAL:
                raise Refusal("The archive unpacks to more than any collection of advisories.")
            yield member.filename, data
