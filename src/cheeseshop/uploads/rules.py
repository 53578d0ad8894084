# SPDX-License-Identifier: Apache-2.0
"""The rules of an upload that need rows: project, permission, sender, release, duplicates."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from packaging.version import Version

from cheeseshop.access.permissions import Action, may
from cheeseshop.accounts.queries import has_two_factors, has_verified_primary_address
from cheeseshop.catalog.models import File, PackageType, Project, Release, UsedFilename
from cheeseshop.catalog.names import check_new_project
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Forbidden, Refusal
from cheeseshop.core.facts import Status
from cheeseshop.edge_contract.protocols import SpooledFile
from cheeseshop.uploads.admission import Sender


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file and a project may be, in bytes."""

    file: int
    project: int


def check_sender(sender: Sender, name: str, normalized_name: str, project: Project | None) -> None:
    """Check that the sender may upload to the project, or may create it.

    Raises:
        Forbidden: for want of permission, a verified address or a second factor.
        Refusal: when the name of a new project breaks a rule.
    """
    if project is not None:
        _check_permission(sender, project)
    sender.bearer.check(normalized_name, project.id if project else None)
    _check_person(sender)
    if project is None:
        check_new_project(name, normalized_name)


def _check_permission(sender: Sender, project: Project) -> None:
    user = sender.bearer.user
    if not may(user, Action.UPLOAD, project):
        raise Forbidden(
            f"The user {user.username!r} isn't allowed to upload to project {project.name!r}."
            f" See {current.settings().url}/help/#project-name for more information."
        )
    if project.quarantined_at is not None:
        contact = current.settings().contact
        raise Forbidden(f"Project {project.name} is in quarantine and can't be changed; write to {contact}")
    if project.status == Status.ARCHIVED:
        raise Forbidden(f"Project {project.name} is archived and accepts no new files; an owner can un-archive it")


def _check_person(sender: Sender) -> None:
    user, settings = sender.bearer.user, current.settings()
    if not has_verified_primary_address(user):
        raise Forbidden(
            f"User {user.username!r} does not have a verified primary email address. Please add a verified primary"
            f" email before attempting to upload to this index. See {settings.url}/help/#verified-email"
        )
    exempt = sender.bearer.token.issued_by_administrator or not settings.require_2fa_for_upload
    if not exempt and not has_two_factors(user):
        raise Forbidden(
            f"User {user.username!r} does not have two-factor authentication enabled. Please enable two-factor"
            f" authentication before attempting to upload. See {settings.url}/help/#two-factor-authentication"
        )


def limits_of(project: Project | None) -> Limits:
    """Return the limits that hold for a project."""
    settings = current.settings()
    own_file = project.max_file_size if project else None
    own_total = project.max_total_size if project else None
    return Limits(max(settings.max_file_size, own_file or 0), max(settings.max_project_size, own_total or 0))


def check_size(content: SpooledFile, project: Project | None, name: str) -> None:
    """Check file and project size.

    Raises:
        Refusal: naming the limit.
    """
    limits = limits_of(project)
    if content.size > limits.file:
        megabytes = limits.file / 1024**2
        raise Refusal(f"File too large. Limit for project {name!r} is {megabytes:.0f} MB.")
    if project is not None and project.total_size + content.size > limits.project:
        gigabytes = limits.project / 1024**3
        raise Refusal(f"Project size too large. Limit for project {name!r} total size is {gigabytes:.0f} GB.")


def same_file_exists(content: SpooledFile) -> bool:
    """Tell whether this very file is here under this very name.

    Raises:
        Refusal: when its name is taken by other bytes, its bytes by another name, or its name was used before.
    """
    help_url = f"{current.settings().url}/help/#file-name-reuse"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT filename, sha256, blake2_256 FROM catalog_file WHERE filename = %s"
            " UNION ALL SELECT filename, sha256, blake2_256 FROM catalog_file WHERE blake2_256 = %s",
            [content.filename, content.blake2_256],
        )
        found = cursor.fetchall()
    if found:
        if set(found) == {(content.filename, content.sha256, content.blake2_256)}:
            return True
        other = found[0]
        raise Refusal(
            f"File already exists ({content.filename!r}, with blake2_256 hash {content.blake2_256!r}; the index has"
            f" {other[0]!r} with blake2_256 hash {other[2]!r}). See {help_url} for more information."
        )
    if UsedFilename.objects.filter(filename=content.filename).exists():
        raise Refusal(
            f"This filename has already been used, use a different version. See {help_url} for more information."
        )
    return False


def check_release(project: Project | None, version: Version, filetype: str) -> Release | None:
    """Check what a release's age and its other files say about one more.

    Raises:
        Refusal: when the release is too old or has its source distribution.
    """
    settings = current.settings()
    release = Release.objects.filter(project=project, sort_key=sort_key(version)).first() if project else None
    if release is None:
        return None
    days = settings.old_release_days
    if days and now() - release.created_at > timedelta(days=days):
        raise Refusal(f"Uploading new files to releases older than {days} days is not allowed.")
    sdist = PackageType.SDIST.value
    if settings.one_sdist and filetype == sdist and File.objects.filter(release=release, packagetype=sdist).exists():
        raise Refusal("Only one sdist may be uploaded per release.")
    return release
