# SPDX-License-Identifier: Apache-2.0
"""The rows that pages are rendered from, read in as few statements as possible."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cheeseshop.access.models import ProjectRole
from cheeseshop.catalog.models import Description, File, Project, Release
from cheeseshop.edge_contract.keys import blob_key


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project as its pages show it."""

    id: UUID
    name: str
    normalized_name: str
    status: str
    status_reason: str
    quarantined: bool
    quarantine_reason: str
    visibility: str
    serial: int
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as its pages show it; the release's yank is folded in."""

    filename: str
    packagetype: str
    python_version: str
    requires_python: str
    comment: str
    size: int
    md5: str
    sha256: str
    blake2_256: str
    metadata_sha256: str
    uploaded_at: datetime
    yanked: bool
    yanked_reason: str

    @property
    def key(self) -> str:
        """The path under ``/packages/``."""
        return blob_key(self.blake2_256, self.filename)


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release with its visible files."""

    id: UUID
    version: str
    sort_key: bytes
    yanked: bool
    yanked_reason: str
    quarantined: bool
    facts: dict[str, Any]
    files: tuple[FileRow, ...]


def project_row(normalized_name: str) -> ProjectRow | None:
    """Return a project, or None where there is none (any more)."""
    project = Project.objects.filter(normalized_name=normalized_name).first()
    if project is None:
        return None
    roles = ProjectRole.objects.filter(project=project).values_list("role", "user__username")
    return ProjectRow(
        id=project.id,
        name=project.name,
        normalized_name=project.normalized_name,
        status=project.status,
        status_reason=project.status_reason,
        quarantined=project.quarantined_at is not None,
        quarantine_reason=project.quarantine_reason,
        visibility=project.visibility,
        serial=project.last_serial,
        roles=tuple(sorted(roles, key=lambda r: (r[0] != "Owner", r[1].lower()))),
    )


def releases(project: ProjectRow, low: bytes, high: bytes | None) -> list[ReleaseRow]:
    """Return the releases whose sort key lies in ``[low, high)``, in version order, with their files by name."""
    rows = Release.objects.filter(project_id=project.id, sort_key__gte=low)
    if high is not None:
        rows = rows.filter(sort_key__lt=high)
    found = list(
        rows.order_by("sort_key").values_list(
            "id", "version", "sort_key", "yanked_at", "yanked_reason", "quarantined_at", "facts"
        )
    )
    files: dict[UUID, list[FileRow]] = {row[0]: [] for row in found}
    yanks = {row[0]: (row[3] is not None, row[4]) for row in found}
    for release_id, file in _files(project, low, high, yanks):
        files[release_id].append(file)
    return [
        ReleaseRow(r[0], r[1], bytes(r[2]), r[3] is not None, r[4], r[5] is not None, r[6], tuple(files[r[0]]))
        for r in found
    ]


def _files(
    project: ProjectRow, low: bytes, high: bytes | None, yanks: dict[UUID, tuple[bool, str]]
) -> Iterator[tuple[UUID, FileRow]]:
    rows = File.objects.filter(release__project_id=project.id, release__sort_key__gte=low, quarantined_at=None)
    if high is not None:
        rows = rows.filter(release__sort_key__lt=high)
    columns = (
        "release_id",
        "filename",
        "packagetype",
        "python_version",
        "requires_python",
        "comment",
        "size",
        "md5",
        "sha256",
        "blake2_256",
        "metadata_sha256",
        "uploaded_at",
        "yanked_at",
        "yanked_reason",
    )
    for row in rows.order_by("filename").values_list(*columns):
        release_id, *values, yanked_at, reason = row
        if release_id not in yanks:
            continue  # committed after the releases were read; its own mark will publish it
        release_yanked, release_reason = yanks[release_id]
        yield release_id, FileRow(*values, release_yanked or yanked_at is not None, reason or release_reason)  # type: ignore[call-arg]  # values are the columns in between


def file_count(project: ProjectRow) -> int:
    """Return how many files a project has."""
    return File.objects.filter(release__project_id=project.id).count()


def latest_version(project: ProjectRow) -> str | None:
    """Return the version that stands for the project: not yanked first, then final before pre-release, then highest."""
    order = ("yanked_at__isnull", "is_prerelease")
    for unyanked, prerelease in ((True, False), (True, True), (False, False), (False, True)):
        found = (
            Release.objects.filter(
                project_id=project.id, quarantined_at=None, **{order[0]: unyanked, order[1]: prerelease}
            )
            .order_by("-sort_key")
            .values_list("version", flat=True)
            .first()
        )
        if found is not None:
            return found
    return None


def description(release_id: UUID) -> tuple[str, str]:
    """Return a release's long description as it was sent, and its content type."""
    found = Description.objects.filter(release_id=release_id).values_list("raw", "content_type").first()
    return found or ("", "")
