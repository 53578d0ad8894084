# SPDX-License-Identifier: Apache-2.0
"""The rules of an upload that need rows: project, permission, sender, release, duplicates."""

from dataclasses import dataclass
from datetime import timedelta

from packaging.version import Version

from cheeseshop import sql
from cheeseshop.access.permissions import Action, may
from cheeseshop.catalog.creations import Creator, check_creations
from cheeseshop.catalog.limits import file_too_large, project_too_large
from cheeseshop.catalog.models import PackageType
from cheeseshop.catalog.names import check_new_project
from cheeseshop.catalog.state import ProjectState, ReleaseState, has_file_of_type, release_state
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


def check_sender(sender: Sender, name: str, normalized_name: str, project: ProjectState | None) -> None:
    """Check that the sender may upload to the project, or may create it.

    Raises:
        Forbidden: for want of permission, a verified address or a second factor.
        Refusal: when the name of a new project breaks a rule, or with status 429 when too many were created.
    """
    if project is not None:
        _check_permission(sender, project)
    sender.bearer.check(normalized_name, project.id if project else None, Action.UPLOAD.value)
    _check_person(sender)
    if project is None:
        _check_creation(sender)
        check_new_project(name, normalized_name)


def creator_of(sender: Sender) -> Creator | None:
    """Return whose limits of new projects hold. A token that an administrator made has none: it is their word."""
    if sender.bearer.issued_by_administrator:
        return None
    return Creator(sender.bearer.person.id, sender.client)


def _check_creation(sender: Sender) -> None:
    creator = creator_of(sender)
    if creator:
        check_creations(creator)
    if not current.settings().allow_new_projects:
        raise Forbidden("New project registration is disabled for now.")


def _check_permission(sender: Sender, project: ProjectState) -> None:
    person = sender.bearer.person
    if not may(person, Action.UPLOAD, project.id):
        raise Forbidden(
            f"The user {person.username!r} isn't allowed to upload to project {project.name!r}."
            f" See {current.settings().url}/help/#project-name for more information."
        )
    if project.quarantined:
        contact = current.settings().contact
        raise Forbidden(f"Project {project.name} is in quarantine and can't be changed; write to {contact}")
    if project.status == Status.ARCHIVED:
        raise Forbidden(f"Project {project.name} is archived and accepts no new files; an owner can un-archive it")


def _check_person(sender: Sender) -> None:
    person, settings = sender.bearer.person, current.settings()
    if not person.has_verified_address:
        raise Forbidden(
            f"User {person.username!r} does not have a verified primary email address. Please add a verified primary"
            f" email before attempting to upload to this index. See {settings.url}/help/#verified-email"
        )
    exempt = sender.bearer.issued_by_administrator or not settings.require_2fa_for_upload
    if not exempt and not person.has_two_factors:
        raise Forbidden(
            f"User {person.username!r} does not have two-factor authentication enabled. Please enable two-factor"
            f" authentication before attempting to upload. See {settings.url}/help/#two-factor-authentication"
        )


def limits_of(project: ProjectState | None) -> Limits:
    """Return the limits that hold for a project."""
    settings = current.settings()
    own_file = project.max_file_size if project else None
    own_total = project.max_total_size if project else None
    return Limits(max(settings.max_file_size, own_file or 0), max(settings.max_project_size, own_total or 0))


def check_size(content: SpooledFile, project: ProjectState | None, name: str) -> None:
    """Check file and project size.

    Raises:
        Refusal: naming the size, the limit and where to ask for more.
    """
    limits = limits_of(project)
    if content.size > limits.file:
        raise file_too_large(name, limits.file, content.size)
    total = project.total_size if project else 0
    if total + content.size > limits.project:
        raise project_too_large(name, limits.project, total, content.size)


def same_file_exists(content: SpooledFile) -> bool:
    """Tell whether this very file is here under this very name.

    Raises:
        Refusal: when its name is taken by other bytes, its bytes by another name, or its name was used before.
    """
    help_url = f"{current.settings().url}/help/#file-name-reuse"
    found = sql.every(_SAME, content.filename, content.blake2_256, content.filename)
    files = {row[1:] for row in found if row[0] == 1}
    if files == {(content.filename, content.sha256, content.blake2_256)}:
        return True
    for name, _, digest in files:
        raise Refusal(
            f"File already exists ({content.filename!r}, with blake2_256 hash {content.blake2_256!r}; the index has"
            f" {name!r} with blake2_256 hash {digest!r}). See {help_url} for more information."
        )
    if found:
        raise Refusal(
            f"This filename has already been used, use a different version. See {help_url} for more information."
        )
    return False


_SAME = """
SELECT 1, filename, sha256, blake2_256 FROM catalog_file WHERE filename = %s
UNION ALL SELECT 1, filename, sha256, blake2_256 FROM catalog_file WHERE blake2_256 = %s
UNION ALL SELECT 2, filename, '', '' FROM catalog_usedfilename WHERE filename = %s"""


def check_release(project: ProjectState | None, version: Version, filetype: str) -> ReleaseState | None:
    """Check what a release's age and its other files say about one more.

    Raises:
        Refusal: when the release is too old or has its source distribution.
    """
    settings = current.settings()
    release = release_state(project.id, sort_key(version)) if project else None
    if release is None:
        return None
    days = settings.old_release_days
    if days and now() - release.created_at > timedelta(days=days):
        raise Refusal(f"Uploading new files to releases older than {days} days is not allowed.")
    sdist = PackageType.SDIST.value
    if settings.one_sdist and filetype == sdist and has_file_of_type(release.id, sdist):
        raise Refusal("Only one sdist may be uploaded per release.")
    return release
