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
    """A project as the rules of an upload see it. Sizes are in bytes; None: the instance's own limit.

    Limits are the most generous of the project's and its organisation's. ``deactivated``: its organisation is.
    """

    id: UUID
    name: str
    status: str
    quarantined: bool
    total_size: int
    max_file_size: int | None
    max_total_size: int | None
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """A release as the rules of an upload see it."""

    id: UUID
    version: str
    created_at: datetime
    quarantined: bool = False


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
    row = sql.first(_PROJECT, normalized_name)
    if row is None:
        return None
    identifier, name, status, quarantined, total, file, most, org_file, org_most, deactivated = row
    return ProjectState(
        id=sql.as_uuid(identifier),
        name=name,
        status=status,
        quarantined=bool(quarantined),
        total_size=total,
        max_file_size=max(file or 0, org_file or 0) or None,
        max_total_size=max(most or 0, org_most or 0) or None,
        deactivated=bool(deactivated),
    )


_PROJECT = """
SELECT p.id, p.name, p.status, p.quarantined_at IS NOT NULL, p.total_size, p.max_file_size, p.max_total_size,
 o.max_file_size, o.max_total_size, o.deactivated_at IS NOT NULL
FROM catalog_project p LEFT JOIN organizations_organization o ON o.id = p.organization_id
WHERE p.normalized_name = %s"""


def release_state(project_id: UUID, sort_key: bytes) -> ReleaseState | None:
    """Return a project's release of that sort key, or None."""
    row = sql.first(
        "SELECT id, version, created_at, quarantined_at IS NOT NULL FROM catalog_release"
        " WHERE project_id = %s AND sort_key = %s",
        project_id,
        sort_key,
    )
    return None if row is None else ReleaseState(sql.as_uuid(row[0]), row[1], sql.as_moment(row[2]), bool(row[3]))


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
    """Return the largest limit that any project or organisation has of its own for a file, in bytes, or 0."""
    row = sql.first(_LARGEST)
    return max(row[0] or 0, row[1] or 0) if row else 0


_LARGEST = """
SELECT (SELECT MAX(max_file_size) FROM catalog_project WHERE max_file_size IS NOT NULL),
 (SELECT MAX(max_file_size) FROM organizations_organization WHERE max_file_size IS NOT NULL)"""
