# SPDX-License-Identifier: Apache-2.0
"""What the rules of an upload and the policy ask of projects, releases and files: one statement each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cheeseshop import sql
from cheeseshop.core.facts import FileFacts, ProjectFacts, Visibility
from cheeseshop.edge_contract.keys import blob_key


@dataclass(frozen=True, slots=True)
class ProjectState:
    """A project as the rules of an upload see it. Sizes are in bytes; None: the instance's own limit."""

    id: UUID
    name: str
    status: str
    quarantined: bool
    total_size: int
    max_file_size: int | None
    max_total_size: int | None


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """A release as the rules of an upload see it."""

    id: UUID
    version: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FileState:
    """What decides who may fetch a file, with its release's and its project's state folded in.

    ``key`` is the blob's, and the path under ``/packages/``. ``provenance`` is the digest of its provenance, or empty.
    """

    key: str
    facts: FileFacts
    project: ProjectFacts
    has_metadata: bool
    provenance: str = ""


def project_state(normalized_name: str) -> ProjectState | None:
    """Return the project of that name, or None."""
    row = sql.first(
        "SELECT id, name, status, quarantined_at IS NOT NULL, total_size, max_file_size,"
        " max_total_size FROM catalog_project WHERE normalized_name = %s",
        normalized_name,
    )
    if row is None:
        return None
    identifier, name, status, quarantined, *sizes = row
    return ProjectState(sql.as_uuid(identifier), name, status, bool(quarantined), *sizes)


def release_state(project_id: UUID, sort_key: bytes) -> ReleaseState | None:
    """Return a project's release of that sort key, or None."""
    row = sql.first(
        "SELECT id, version, created_at FROM catalog_release WHERE project_id = %s AND sort_key = %s",
        project_id,
        sort_key,
    )
    return None if row is None else ReleaseState(sql.as_uuid(row[0]), row[1], sql.as_moment(row[2]))


def has_file_of_type(release_id: UUID, packagetype: str) -> bool:
    """Tell whether a release has a file of that type."""
    statement = "SELECT 1 FROM catalog_file WHERE release_id = %s AND packagetype = %s LIMIT 1"
    return sql.first(statement, release_id, packagetype) is not None


def file_state(filename: str) -> FileState | None:
    """Return what decides who may fetch the file of that name, or None where there is no such file."""
    row = sql.first(_FILE, filename)
    if row is None:
        return None
    digest, name, *visibilities, project_held, release_held, file_held, metadata, provenance = row
    public = Visibility.PUBLIC.value
    visibility = Visibility(next((v for v in visibilities if v != public), public))
    project = ProjectFacts(name, visibility, bool(project_held))
    facts = FileFacts(filename, bool(release_held) or bool(file_held))
    return FileState(blob_key(digest, filename), facts, project, bool(metadata), provenance)


_FILE = """
SELECT f.blake2_256, p.normalized_name, p.visibility, r.visibility, f.visibility,
 p.quarantined_at IS NOT NULL, r.quarantined_at IS NOT NULL, f.quarantined_at IS NOT NULL, f.metadata_sha256,
 f.provenance_sha256
FROM catalog_file f JOIN catalog_release r ON r.id = f.release_id JOIN catalog_project p ON p.id = r.project_id
WHERE f.filename = %s"""


def largest_own_limit() -> int:
    """Return the largest limit that any project has of its own for a file, in bytes, or 0."""
    row = sql.first("SELECT MAX(max_file_size) FROM catalog_project WHERE max_file_size IS NOT NULL")
    return (row and row[0]) or 0
