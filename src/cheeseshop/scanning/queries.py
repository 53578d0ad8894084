# SPDX-License-Identifier: Apache-2.0
"""Which files are scanned."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from packaging.utils import canonicalize_name

from cheeseshop.catalog.models import File
from cheeseshop.journal.models import Entry
from cheeseshop.scanning.models import WaitingScan

_BATCH = 500
_MOST_WAITING = 100_000


@dataclass(frozen=True, slots=True)
class Scannable:
    """A published file: its project by normalised name and id, the release's version, where its bytes lie."""

    filename: str
    project: str
    project_id: UUID
    version: str
    sha256: str
    blob_key: str
    release_id: UUID
    project_name: str


def scannable(filename: str) -> Scannable | None:
    """Return the file of that name, or None where it is gone."""
    file = File.objects.select_related("release__project").filter(filename=filename).first()
    if file is None:
        return None
    project = file.release.project
    return Scannable(
        file.filename,
        project.normalized_name,
        project.pk,
        file.release.version,
        file.sha256,
        file.blob_key,
        file.release_id,
        project.name,
    )


def all_files() -> Iterator[str]:
    """Yield the name of every file, oldest first, in batches that hold no cursor open while files are scanned."""
    rows, last = File.objects.order_by("id"), None
    while True:
        batch = list((rows.filter(id__gt=last) if last else rows).values_list("id", "filename")[:_BATCH])
        if not batch:
            return
        last = batch[-1][0]
        yield from (filename for _, filename in batch)


def waiting_files() -> list[str]:
    """Return the names of the files that wait, the longest first."""
    return list(WaitingScan.objects.order_by("due_at").values_list("filename", flat=True)[:_MOST_WAITING])


def files_of_project(name: str) -> list[str]:
    """Return the names of a project's files, oldest first."""
    rows = File.objects.filter(release__project__normalized_name=canonicalize_name(name))
    return list(rows.order_by("id").values_list("filename", flat=True))


def files_since(serial: int) -> Iterator[str]:
    """Yield the names of files that were added after a serial, in that order."""
    while True:
        batch = list(Entry.objects.filter(serial__gt=serial).order_by("serial")[:_BATCH])
        if not batch:
            return
        serial = batch[-1].serial
        yield from added_files(batch)


def added_files(entries: list[Entry]) -> Iterator[str]:
    """Yield the names of files that lines of the journal say were added."""
    for entry in entries:
        words = entry.action.split(" ")
        if len(words) == 4 and words[0] == "add" and words[2] == "file":  # noqa: PLR2004 - add, python tag, file, name
            yield words[3]
