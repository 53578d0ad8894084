# SPDX-License-Identifier: Apache-2.0
"""Quarantine of a project, a release or a file: nobody gets it and its people can't change it, until it is cleared.

Only what says so is set and taken back, so that clearing restores exactly what was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cheeseshop.catalog.flows.changing import Changed, change
from cheeseshop.catalog.flows.telling import tell_collaborators
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.journal import flows as journal

LONGEST_REASON = 500
_STATE = ["quarantined_at", "quarantine_reason"]


@dataclass(frozen=True, slots=True)
class Held:
    """What is put into quarantine: a project, or one release of it by version, or one file by name."""

    project: UUID
    version: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """A row that can be in quarantine, with the project and the release that it belongs to, and what it is called."""

    row: Project | Release | File
    project: Project
    release: Release | None
    title: str
    action: str


def hold(held: Held, reason: str, actor: str, also: Callable[[Thing], object] | None = None) -> Changed:
    """Put something into quarantine. ``also`` is called within the transaction, before the journal.

    Raises:
        Refusal: without a reason, or with one that is too long.
        Missing: when it is gone.
        Conflict: when it is in quarantine already.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refusal(f"Say why, in {LONGEST_REASON} characters at most.")
    with transaction.atomic():
        thing = find(held, lock=True)
        if thing.row.quarantined_at is not None:
            raise Conflict(f"{thing.title} is in quarantine already.")
        thing.row.quarantined_at, thing.row.quarantine_reason = now(), reason
        thing.row.save(update_fields=_STATE)
        tell_collaborators(thing.project, "quarantined", thing=thing.title, reason=reason)
        if also:
            also(thing)
        return _commit(thing, _HELD[thing.action], actor, keys_of(held))


def clear(held: Held, note: str, actor: str, also: Callable[[Thing], object] | None = None) -> Changed:
    """Take something out of quarantine. ``note`` is told to its people; ``also`` as in ``hold``.

    Raises:
        Refusal: when the note is too long.
        Missing: when it is gone.
        Conflict: when it is not in quarantine.
    """
    if len(note) > LONGEST_REASON:
        raise Refusal(f"A note has at most {LONGEST_REASON} characters.")
    with transaction.atomic():
        thing = find(held, lock=True)
        if thing.row.quarantined_at is None:
            raise Conflict(f"{thing.title} is not in quarantine.")
        thing.row.quarantined_at, thing.row.quarantine_reason = None, ""
        thing.row.save(update_fields=_STATE)
        tell_collaborators(thing.project, "quarantine-cleared", thing=thing.title, note=note)
        if also:
            also(thing)
        return _commit(thing, _CLEARED[thing.action], actor, keys_of(held))


_HELD = {"project": "project quarantined", "release": "release quarantined", "file": "file quarantined"}
_CLEARED = {
    "project": "quarantine cleared", "release": "release quarantine cleared", "file": "file quarantine cleared",
}  # fmt: skip


def find(held: Held, *, lock: bool = False) -> Thing:
    """Return what is meant. ``lock`` locks the project's row, and needs an open transaction.

    Raises:
        Missing: when it is gone.
    """
    rows = Project.objects.select_for_update() if lock else Project.objects.all()
    project = rows.filter(pk=held.project).first()
    if project is None:
        raise Missing("This project does not exist any more.")
    if held.filename:
        mine = File.objects.select_related("release").filter(release__project=project)
        file = mine.filter(filename=held.filename).first()
        if file is None:
            raise Missing(f"{project.name} has no file {held.filename}.")
        return Thing(file, project, file.release, f"The file {file.filename}", "file")
    if held.version:
        release = Release.objects.filter(project=project, version=held.version).first()
        if release is None:
            raise Missing(f"{project.name} has no release {held.version}.")
        return Thing(release, project, release, f"{project.name} {release.version}", "release")
    return Thing(project, project, None, project.name, "project")


def keys_of(held: Held) -> tuple[str, ...]:
    """Return the key of each file that a quarantine of this holds back."""
    files = File.objects.filter(release__project=held.project)
    if held.filename:
        files = files.filter(filename=held.filename)
    elif held.version:
        files = files.filter(release__version=held.version)
    return tuple(file.blob_key for file in files.only("filename", "blake2_256").iterator())


def _commit(thing: Thing, action: str, actor: str, files: tuple[str, ...]) -> Changed:
    release, name = thing.release, thing.project.normalized_name
    line = f"{action} {thing.row.filename}" if isinstance(thing.row, File) else action
    changes = [change(thing.project, line, actor, release.version if release else "")]
    scope = bytes(release.sort_key).hex() if release else ""
    journal.commit(changes, [journal.Dirty(name, scope)], files)
    return Changed(name)
