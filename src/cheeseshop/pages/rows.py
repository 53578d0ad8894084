# SPDX-License-Identifier: Apache-2.0
"""The rows that pages are rendered from, read in as few statements as possible."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from cheeseshop import sql
from cheeseshop.core.clock import iso_seconds
from cheeseshop.edge_contract.keys import blob_key, integrity_path


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
    epoch: int
    roles: tuple[tuple[str, str], ...]
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as its pages show it; the release's yank is folded in.

    ``provenance_path`` is where the site answers with its provenance, whose digest is ``provenance_sha256``.
    """

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
    provenance_sha256: str
    uploaded_at: datetime
    yanked: bool
    yanked_reason: str
    provenance_path: str

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
    is_prerelease: bool
    yanked: bool
    yanked_reason: str
    quarantined: bool
    facts: dict[str, Any]
    files: tuple[FileRow, ...]


def project_row(normalized_name: str) -> ProjectRow | None:
    """Return a project, or None where there is none (any more)."""
    row = sql.first(_PROJECT, normalized_name)
    if row is None:
        return None
    roles = sql.every(_ROLES, row[0])
    return ProjectRow(
        id=sql.as_uuid(row[0]),
        name=row[1],
        normalized_name=row[2],
        status=row[3],
        status_reason=row[4],
        quarantined=bool(row[5]),
        quarantine_reason=row[6],
        visibility=row[7],
        serial=row[8],
        epoch=row[9],
        organization=row[10],
        roles=tuple(sorted(((role, user) for role, user in roles), key=lambda r: (r[0] != "Owner", r[1].lower()))),
    )


_PROJECT = """
SELECT p.id, p.name, p.normalized_name, p.status, p.status_reason, p.quarantined_at IS NOT NULL, p.quarantine_reason,
 p.visibility, p.last_serial, (SELECT epoch FROM journal_serialcounter WHERE id = 1), o.name
FROM catalog_project p LEFT JOIN organizations_organization o ON o.id = p.organization_id
WHERE p.normalized_name = %s"""
_ROLES = """
SELECT r.role, u.username FROM access_projectrole r JOIN accounts_user u ON u.id = r.user_id WHERE r.project_id = %s"""


def few_releases(project: ProjectRow, most: int) -> list[ReleaseRow] | None:
    """Return all releases with their files, or None where there are more than ``most`` of either."""
    found = sql.every(f"{_RELEASES} ORDER BY r.sort_key LIMIT %s", project.id, b"", most + 1)
    if len(found) > most:
        return None
    files = sql.every(f"{_FILES} ORDER BY f.filename LIMIT %s", project.id, b"", most + 1)
    return None if len(files) > most else _with_files(project, found, files)


def releases(project: ProjectRow, low: bytes, high: bytes | None) -> list[ReleaseRow]:
    """Return the releases whose sort key lies in ``[low, high)``, in version order, with their files by name."""
    bounds, values = ("", (project.id, low)) if high is None else (" AND r.sort_key < %s", (project.id, low, high))
    found = sql.every(f"{_RELEASES}{bounds} ORDER BY r.sort_key", *values)
    return _with_files(project, found, sql.every(f"{_FILES}{bounds} ORDER BY f.filename", *values))


def _with_files(project: ProjectRow, found: list[sql.Row], their_files: list[sql.Row]) -> list[ReleaseRow]:
    files: dict[UUID, list[FileRow]] = {sql.as_uuid(row[0]): [] for row in found}
    owners = {sql.as_uuid(row[0]): _Of(project.normalized_name, row[1], bool(row[4]), row[5]) for row in found}
    for row in their_files:
        release_id = sql.as_uuid(row[0])
        if release_id in files:  # else committed after the releases were read; its own mark will publish it
            files[release_id].append(_file(row, owners[release_id]))
    return [_release(row, files[sql.as_uuid(row[0])]) for row in found]


_RELEASES = """
SELECT r.id, r.version, r.sort_key, r.is_prerelease, r.yanked_at IS NOT NULL, r.yanked_reason,
 r.quarantined_at IS NOT NULL, r.facts
FROM catalog_release r WHERE r.project_id = %s AND r.sort_key >= %s"""
_FILES = """
SELECT f.release_id, f.filename, f.packagetype, f.python_version, f.requires_python, f.comment, f.size, f.md5, f.sha256,
 f.blake2_256, f.metadata_sha256, f.provenance_sha256, f.uploaded_at, f.yanked_at IS NOT NULL, f.yanked_reason
FROM catalog_file f JOIN catalog_release r ON r.id = f.release_id
WHERE f.quarantined_at IS NULL AND r.project_id = %s AND r.sort_key >= %s"""


def _release(row: sql.Row, files: list[FileRow]) -> ReleaseRow:
    identifier, version, sort_key, prerelease, yanked, reason, quarantined, facts = row
    return ReleaseRow(
        id=sql.as_uuid(identifier),
        version=version,
        sort_key=bytes(sort_key),
        is_prerelease=bool(prerelease),
        yanked=bool(yanked),
        yanked_reason=reason,
        quarantined=bool(quarantined),
        facts=sql.as_json(facts),
        files=tuple(files),
    )


class _Of(NamedTuple):
    """What a file takes from its release and project."""

    project: str
    version: str
    yanked: bool
    yanked_reason: str


def _file(row: sql.Row, of: _Of) -> FileRow:
    values: Any = row[1:12]  # the fields of FileRow, in their order, up to the moment of upload
    uploaded_at, yanked, reason = row[12:]
    path = integrity_path(of.project, of.version, row[1]) if row[11] else ""
    moment, is_yanked = sql.as_moment(uploaded_at), of.yanked or bool(yanked)
    return FileRow(*values, moment, is_yanked, reason or of.yanked_reason, path)  # type: ignore[call-arg]  # counted by hand


def marks(normalized_name: str) -> list[tuple[int, str]]:
    """Return the serials and scopes of what waits to be published of a project."""
    statement = "SELECT serial, scope FROM journal_dirtymark WHERE normalized_name = %s"
    return [(int(serial), scope) for serial, scope in sql.every(statement, normalized_name)]


def versions(project: ProjectRow) -> list[str]:
    """Return every version of a project."""
    return [
        version for (version,) in sql.every("SELECT version FROM catalog_release WHERE project_id = %s", project.id)
    ]


def latest_of(found: list[ReleaseRow]) -> str | None:
    """Return what ``latest_version`` would, from all releases of a project."""
    shown = [release for release in found if not release.quarantined]
    best = max(shown, key=lambda r: (not r.yanked, not r.is_prerelease, r.sort_key), default=None)
    return best.version if best else None


def latest_version(project: ProjectRow) -> str | None:
    """Return the version that stands for the project: not yanked first, then final before pre-release, then highest."""
    for yanked in ("IS NULL", "IS NOT NULL"):
        for prerelease in (False, True):
            found = sql.first(_LATEST.format(yanked), project.id, prerelease)
            if found is not None:
                return str(found[0])
    return None


_LATEST = """
SELECT version FROM catalog_release
WHERE project_id = %s AND quarantined_at IS NULL AND is_prerelease = %s AND yanked_at {}
ORDER BY sort_key DESC LIMIT 1"""


def vulnerabilities(release_id: UUID) -> list[dict[str, Any]]:
    """Return what is known against a release, as the legacy JSON API tells it, by identifier."""
    return [
        {
            "aliases": sql.as_json(aliases),
            "details": details,
            "fixed_in": sql.as_json(fixed),
            "id": identity,
            "link": link,
            "source": source,
            "summary": summary or None,
            "withdrawn": withdrawn and f"{iso_seconds(sql.as_moment(withdrawn))}Z",
        }
        for identity, source, link, aliases, details, summary, withdrawn, fixed in sql.every(_KNOWN, release_id)
    ]


_KNOWN = """
SELECT a.id, a.source, a.link, a.aliases, a.details, a.summary, a.withdrawn_at, f.fixed
FROM advisories_finding f JOIN advisories_advisory a ON a.id = f.advisory_id WHERE f.release_id = %s ORDER BY a.id"""


def description(release_id: UUID) -> tuple[str, str]:
    """Return a release's long description as it was sent, and its content type."""
    found = sql.first("SELECT raw, content_type FROM catalog_description WHERE release_id = %s", release_id)
    return (found[0], found[1]) if found else ("", "")
