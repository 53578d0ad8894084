# SPDX-License-Identifier: Apache-2.0
"""The rules of an upload that need rows: project, permission, sender, release, duplicates."""

from dataclasses import dataclass, field
from datetime import timedelta

from packaging.version import Version

from cheeseshop import sql
from cheeseshop.access.permissions import Action, may
from cheeseshop.accounts.queries import Person, person
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
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import check
from cheeseshop.publishers.queries import Pending, UploadRule, pending_for, upload_rule
from cheeseshop.tokens.authentication import Bearer
from cheeseshop.uploads.admission import Sender


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file and a project may be, in bytes."""

    file: int
    project: int


@dataclass(frozen=True, slots=True)
class Standing:
    """By what right somebody uploads: what the project demands, or what lets them create it, and whose it will be."""

    rule: UploadRule = field(default_factory=UploadRule)
    pending: Pending | None = None
    owner: Person | None = None
    creator: Creator | None = None


def check_sender(sender: Sender, name: str, normalized_name: str, project: ProjectState | None) -> Standing:
    """Check that the sender may upload to the project, or may create it.

    Raises:
        Forbidden: for want of permission, a verified address or a second factor.
        Refusal: when the name of a new project breaks a rule, or with status 429 when too many were created.
    """
    standing = _permission(sender, project) if project else _right_to_create(sender, normalized_name)
    sender.bearer.check(normalized_name, project.id if project else None, Action.UPLOAD.value)
    if sender.bearer.publisher is None:
        _check_person(sender)
    if project is None:
        if standing.creator:
            check_creations(standing.creator)
        check(Switch.NO_PROJECTS)
        check_new_project(name, normalized_name)
    return standing


def _right_to_create(sender: Sender, normalized_name: str) -> Standing:
    """Return whose a new project will be, and whose limits hold: an administrator's token has none, nor a publisher."""
    bearer = sender.bearer
    if bearer.publisher is None:
        if bearer.person.is_service:
            raise Forbidden(
                f"Service accounts create no projects: create {normalized_name} in its organisation first, and give one"
                f" of its teams, with {bearer.person.username!r} in it, a role."
            )
        creator = None if bearer.issued_by_administrator else Creator(bearer.person.id, sender.client)
        return Standing(owner=bearer.person, creator=creator)
    pending = pending_for(bearer.publisher.id, normalized_name)
    if pending is None:
        raise Refusal(
            "Non-user identities cannot create new projects. No pending publisher waits for the project"
            f" {normalized_name!r}; register one at {current.settings().url}/manage/account/publishing/"
        )
    registrant = person(pending.user_id)
    if registrant is None or not registrant.may_act:
        raise Forbidden("The account that registered this pending publisher can't be used at the moment.")
    return Standing(pending=pending, owner=None if pending.organization_id else registrant)


def _permission(sender: Sender, project: ProjectState) -> Standing:
    bearer = sender.bearer
    rule = upload_rule(project.id, bearer.publisher.id if bearer.publisher else None)
    if bearer.publisher is None:
        _check_role(bearer, project)
        if rule.only_publishers and bearer.token_id is not None:
            raise Forbidden(
                f"Project {project.name} takes files from its trusted publishers only, and this is an API token;"
                f" an owner can change that in its settings: {current.settings().url}/manage/projects/"
            )
    elif not rule.is_linked:
        raise Forbidden(
            f"The given token isn't allowed to upload to project {project.name!r}: {bearer.publisher.name} is no"
            f" publisher of it. See {current.settings().url}/help/#project-name for more information."
        )
    else:
        _check_open(project)
    return Standing(rule)


def _check_role(bearer: Bearer, project: ProjectState) -> None:
    if may(bearer.person, Action.UPLOAD, project.id):
        return
    _check_open(project)
    raise Forbidden(
        f"The user {bearer.person.username!r} isn't allowed to upload to project {project.name!r}."
        f" See {current.settings().url}/help/#project-name for more information."
    )


def _check_open(project: ProjectState) -> None:
    if project.deactivated:
        raise Refusal("organization account inactive")
    if project.quarantined:
        contact = current.settings().contact
        raise Forbidden(f"Project {project.name} is in quarantine and can't be changed; write to {contact}")
    if project.status == Status.ARCHIVED:
        raise Forbidden(f"Project {project.name} is archived and accepts no new files; an owner can un-archive it")


def _check_person(sender: Sender) -> None:
    holder, settings = sender.bearer.person, current.settings()
    if not holder.has_verified_address:
        raise Forbidden(
            f"User {holder.username!r} does not have a verified primary email address. Please add a verified primary"
            f" email before attempting to upload to this index. See {settings.url}/help/#verified-email"
        )
    exempt = sender.bearer.issued_by_administrator or not settings.require_2fa_for_upload
    if not exempt and not holder.has_two_factors:
        raise Forbidden(
            f"User {holder.username!r} does not have two-factor authentication enabled. Please enable two-factor"
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
    found = sql.every(_SAME, content.filename, content.blake2_256, content.filename.lower())
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
        Forbidden: when it is in quarantine.
    """
    settings = current.settings()
    release = release_state(project.id, sort_key(version)) if project else None
    if release is None:
        return None
    if release.quarantined:
        raise Forbidden(f"Release {release.version} is in quarantine and can't be changed; write to {settings.contact}")
    days = settings.old_release_days
    if days and now() - release.created_at > timedelta(days=days):
        raise Refusal(f"Uploading new files to releases older than {days} days is not allowed.")
    sdist = PackageType.SDIST.value
    if settings.one_sdist and filetype == sdist and has_file_of_type(release.id, sdist):
        raise Refusal("Only one sdist may be uploaded per release.")
    return release
