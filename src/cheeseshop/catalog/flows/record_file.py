# SPDX-License-Identifier: Apache-2.0
"""Record files that were checked and stored: project, release, files and journal in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from packaging.version import Version

from cheeseshop import sql
from cheeseshop.access.models import Role
from cheeseshop.accounts.queries import Person
from cheeseshop.catalog.creations import Creator, check_creations, note_creation
from cheeseshop.catalog.flows.lease_blob import drop_lease
from cheeseshop.catalog.limits import project_too_large
from cheeseshop.catalog.models import Description, File, Project, Release
from cheeseshop.catalog.state import ProjectState, ReleaseState, project_state
from cheeseshop.catalog.verified import Grounds, verify_more
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.errors import TryAgain
from cheeseshop.core.facts import Status
from cheeseshop.journal import flows as journal


@dataclass(frozen=True, slots=True)
class NewRelease:
    """What a release takes from the metadata of its first file.

    ``description_html`` is None where the release is there already, so that nothing had to be rendered. ``verified``
    is what is known to be true of the facts.
    """

    version: Version
    summary: str
    requires_python: str
    facts: dict[str, Any]
    description: str
    description_content_type: str
    description_html: str | None
    verified: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose bytes are in the store under a lease, and where it belongs.

    ``known_project`` and ``known_release`` are what the checks found. They are not looked for again: a constraint
    tells where another upload or a removal came in between. ``actor`` is what the journal calls the uploader, who is
    a person or a trusted publisher; ``owner`` is whose a new project will be, and ``creator`` is set where the limits
    of new projects hold. ``also`` is called with the project's id within the transaction, before the journal.
    ``grounds`` is set where the sender's word verifies links of a release that is there already.
    """

    project_name: str
    normalized_name: str
    lookalike_key: str
    known_project: ProjectState | None
    known_release: ReleaseState | None
    release: NewRelease
    file: File
    actor: str
    owner: Person | None
    max_project_size: int
    creator: Creator | None = None
    lease: UUID | None = None
    also: Callable[[UUID], None] | None = None
    grounds: Grounds | None = None


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that is created without a file, as ``NewFile`` says it."""

    project_name: str
    normalized_name: str
    lookalike_key: str
    actor: str
    owner: Person | None
    creator: Creator | None


def record_project(new: NewProject) -> int:
    """Create a project, and return the serial.

    Raises:
        IntegrityError: when it exists.
        Refusal: when too many were created.
    """
    with transaction.atomic():
        changes: list[journal.Change] = []
        _create_project(new, changes)
        return journal.commit(changes, [journal.Dirty(new.normalized_name)])


def record_file(new: NewFile) -> int:
    """Write everything an upload changes, and return the serial; raises what ``record_files`` does."""
    return record_files([new])


def record_files(files: Sequence[NewFile]) -> int:
    """Write everything that uploads of one release change, all of them or none, and return the serial.

    The first file says what project and release are.

    Raises:
        IntegrityError: when another upload took the name, the digest, the release or the project in the meantime, or
            when the release is gone.
        Refusal: when the project would grow over its limit.
        TryAgain: when the lease has gone, so that the bytes may be gone too, or the project's state has changed.
    """
    new = files[0]
    with transaction.atomic():
        if not all(each.lease is not None and drop_lease(each.lease) for each in files):
            raise TryAgain("The upload took too long to be recorded; try again.")
        changes: list[journal.Change] = []
        key = sort_key(new.release.version)
        project_id = new.known_project.id if new.known_project else _create_project(new, changes)
        _grow(project_id, new, sum(each.file.size for each in files))
        found = new.known_release
        release = (found.id, found.version) if found else _create_release(new, project_id, key, changes)
        if found and new.grounds:
            verify_more(found.id, new.grounds)
        changes += [_insert(each, *release) for each in files]
        for each in files:
            if each.also:
                each.also(project_id)
        return journal.commit(changes, [journal.Dirty(new.normalized_name, key.hex())])


def _insert(new: NewFile, release_id: UUID, version: str) -> journal.Change:
    new.file.release_id = release_id
    sql.insert(new.file)
    sql.run("INSERT INTO catalog_usedfilename (filename) VALUES (%s)", new.file.filename.lower())
    return _change(new, f"add {new.file.python_version} file {new.file.filename}", version)


def _change(new: NewFile | NewProject, action: str, version: str = "") -> journal.Change:
    return journal.Change(new.project_name, new.normalized_name, action, version, new.actor)


def _create_project(new: NewFile | NewProject, changes: list[journal.Change]) -> UUID:
    if new.creator:
        check_creations(new.creator)  # once more, where writers come one after another
        note_creation(new.creator)
    project = Project(name=new.project_name, normalized_name=new.normalized_name, lookalike_key=new.lookalike_key)
    sql.insert(project)
    changes.append(_change(new, "create"))
    if new.owner:
        sql.run(_ROLE, project.id, new.owner.id, Role.OWNER.value)
        changes.append(_change(new, f"add Owner {new.owner.username}"))
    return project.id


_ROLE = "INSERT INTO access_projectrole (project_id, user_id, role) VALUES (%s, %s, %s)"


def _create_release(new: NewFile, project_id: UUID, key: bytes, changes: list[journal.Change]) -> tuple[UUID, str]:
    facts = new.release
    release = Release(
        project_id=project_id,
        version=str(facts.version),
        sort_key=key,
        is_prerelease=facts.version.is_prerelease,
        summary=facts.summary,
        requires_python=facts.requires_python,
        facts=facts.facts,
        verified=facts.verified,
        uploaded_by_id=new.file.uploaded_by_id,
    )
    sql.insert(release)
    if facts.description and facts.description_html is not None:
        sql.insert(
            Description(
                release_id=release.id,
                raw=facts.description,
                content_type=facts.description_content_type,
                html=facts.description_html,
            )
        )
    changes.append(_change(new, "new release", release.version))
    return release.id, release.version


def _grow(project_id: UUID, new: NewFile, size: int) -> None:
    """Add the files' size, and find out at the same moment whether limit and state still allow it."""
    grown = sql.run(
        "UPDATE catalog_project SET total_size = total_size + %s, name = %s"
        " WHERE id = %s AND total_size + %s <= %s AND quarantined_at IS NULL AND status <> %s",
        size,
        new.project_name,
        project_id,
        size,
        new.max_project_size,
        Status.ARCHIVED.value,
    )
    if grown == 1:
        return
    state = project_state(new.normalized_name)
    if state is None or state.quarantined or state.status == Status.ARCHIVED:
        raise TryAgain("The project was changed while the file was checked; try again.")
    raise project_too_large(state.name, new.max_project_size, state.total_size, new.file.size)
