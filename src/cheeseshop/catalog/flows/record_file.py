# SPDX-License-Identifier: Apache-2.0
"""Record a file that was checked and stored: project, release, file and journal in one transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from packaging.version import Version

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import BlobLease, Description, File, Project, Release, UsedFilename
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.errors import Refusal, TryAgain
from cheeseshop.journal import flows as journal


@dataclass(frozen=True, slots=True)
class NewRelease:
    """What a release takes from the metadata of its first file."""

    version: Version
    summary: str
    requires_python: str
    facts: dict[str, Any]
    description: str
    description_content_type: str
    description_html: str


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose bytes are in the store under a lease, and where it belongs."""

    project_name: str
    normalized_name: str
    lookalike_key: str
    release: NewRelease
    file: File
    uploader: User
    max_project_size: int
    lease: UUID | None = None


def record_file(new: NewFile) -> int:
    """Write everything an upload changes, and return the serial.

    Raises:
        IntegrityError: when another upload took the name, the digest or the project in the meantime.
        Refusal: when the project would grow over its limit.
        TryAgain: when the lease has gone, so that the bytes may be gone too.
    """
    with transaction.atomic():
        if new.lease is None or not BlobLease.objects.filter(id=new.lease).delete()[0]:
            raise TryAgain("The upload took too long to be recorded; try again.")
        changes: list[journal.Change] = []
        project = _project(new, changes)
        release = _release(new, project, changes)
        new.file.release = release
        new.file.save(force_insert=True)
        UsedFilename.objects.bulk_create([UsedFilename(filename=new.file.filename)])
        _grow(project, new)
        line = f"add {new.file.python_version} file {new.file.filename}"
        changes.append(_change(new, line, release.version))
        scope = bytes(release.sort_key).hex()
        return journal.commit(changes, [journal.Dirty(new.normalized_name, scope)])


def _change(new: NewFile, action: str, version: str = "") -> journal.Change:
    return journal.Change(new.project_name, new.normalized_name, action, version, new.uploader.username)


def _project(new: NewFile, changes: list[journal.Change]) -> Project:
    project = Project.objects.filter(normalized_name=new.normalized_name).first()
    if project is not None:
        return project
    project = Project(name=new.project_name, normalized_name=new.normalized_name, lookalike_key=new.lookalike_key)
    project.save(force_insert=True)
    ProjectRole.objects.bulk_create([ProjectRole(project=project, user=new.uploader, role=Role.OWNER)])
    changes += [_change(new, "create"), _change(new, f"add Owner {new.uploader.username}")]
    return project


def _release(new: NewFile, project: Project, changes: list[journal.Change]) -> Release:
    version, key = str(new.release.version), sort_key(new.release.version)
    release = Release.objects.filter(project=project, sort_key=key).first()
    if release is not None:
        return release
    release = Release(
        project=project,
        version=version,
        sort_key=key,
        is_prerelease=new.release.version.is_prerelease,
        summary=new.release.summary,
        requires_python=new.release.requires_python,
        facts=new.release.facts,
        uploaded_by=new.uploader,
    )
    release.save(force_insert=True)
    if new.release.description:
        Description(
            release=release,
            raw=new.release.description,
            content_type=new.release.description_content_type,
            html=new.release.description_html,
        ).save(force_insert=True)
    changes.append(_change(new, "new release", version))
    return release


def _grow(project: Project, new: NewFile) -> None:
    limit = new.max_project_size
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_project SET total_size = total_size + %s, name = %s WHERE normalized_name = %s"
            " AND total_size + %s <= %s",
            [new.file.size, new.project_name, new.normalized_name, new.file.size, limit],
        )
        if cursor.rowcount != 1:
            raise Refusal(
                f"Project size too large. Limit for project {project.name!r} total size is {limit / 1024**3:.0f} GB."
            )
