# SPDX-License-Identifier: Apache-2.0
"""Removing files, releases and projects for good.

Names of files stay used for ever; the name of a project is free again. Bytes are left to the sweeper, which removes
what no row owns; what was public is withdrawn before the answer.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cheeseshop.access.ownership import note_in_organization
from cheeseshop.catalog.flows.changing import Changed, change, check_not_held, locked
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import File, ProhibitedName, Project, Release
from cheeseshop.core.errors import Missing
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import check
from cheeseshop.journal import flows as journal


def remove_file(project: UUID, filename: str, actor: str, *, held: bool = False) -> Changed:
    """Remove one file. ``held``: also what is in quarantine, as administrators may.

    Raises:
        Missing: when it is gone already.
        Forbidden: while it, or something that goes with it, is in quarantine, unless ``held``.
    """
    with transaction.atomic():
        owner = _to_remove_from(project, held=held)
        found = File.objects.select_related("release").filter(release__project=project, filename=filename).first()
        if found is None:
            raise Missing(_("There is no file %(filename)s any more.") % {"filename": filename})
        release = found.release
        if not held:
            check_not_held(found, release)
        found.delete()
        Project.objects.filter(pk=project).update(total_size=F("total_size") - found.size)
        tell_owners(owner, "file-deleted", by=actor, version=release.version, filename=filename)
        changes = [change(owner, f"remove file {filename}", actor, release.version)]
        journal.commit(changes, [journal.Dirty(owner.normalized_name, bytes(release.sort_key).hex())], [found.blob_key])
    return Changed(owner.normalized_name, (found.blob_key,))


def remove_release(project: UUID, release: UUID, actor: str, *, held: bool = False) -> Changed:
    """Remove a release with its files. ``held``: as ``remove_file``.

    Raises:
        Missing: when it is gone already.
        Forbidden: while it, or something that goes with it, is in quarantine, unless ``held``.
    """
    with transaction.atomic():
        owner = _to_remove_from(project, held=held)
        found = Release.objects.filter(project=project, pk=release).first()
        if found is None:
            raise Missing(_("This release does not exist any more."))
        files = list(File.objects.filter(release=found))
        if not held:
            check_not_held(found, *files)
        found.delete()
        Project.objects.filter(pk=project).update(total_size=F("total_size") - sum(file.size for file in files))
        changes = [change(owner, f"remove file {file.filename}", actor, found.version) for file in files]
        tell_owners(owner, "release-deleted", by=actor, version=found.version)
        changes.append(change(owner, "remove release", actor, found.version))
        keys = tuple(file.blob_key for file in files)
        journal.commit(changes, [journal.Dirty(owner.normalized_name)], keys)
    return Changed(owner.normalized_name, keys)


def remove_project(project: UUID, actor: str, why: str = "", *, held: bool = False) -> Changed:
    """Remove a project with everything in it. Its name is free again; those of its files never are.

    ``why`` is one more line of the journal, before the removal's own. ``held``: as ``remove_file``.

    Raises:
        Missing: when it is gone already.
        Forbidden: while it, or something that goes with it, is in quarantine, unless ``held``.
    """
    with transaction.atomic():
        owner = _to_remove_from(project, held=held)
        if not held:
            _check_nothing_held(owner)
        keys = tuple(file.blob_key for file in File.objects.filter(release__project=project).iterator())
        prohibited = ProhibitedName.objects.filter(normalized_name=owner.normalized_name).exists()
        tell_owners(owner, "project-deleted", by=actor, prohibited=prohibited)
        note_in_organization(owner.pk, "organization_project:delete", actor)
        owner.delete()
        lines = [change(owner, action, actor) for action in (why, "remove project") if action]
        journal.commit(lines, [journal.Dirty(owner.normalized_name)], keys)
    return Changed(owner.normalized_name, keys)


def _check_nothing_held(project: Project) -> None:
    releases = Release.objects.filter(project=project, quarantined_at__isnull=False)
    files = File.objects.filter(release__project=project, quarantined_at__isnull=False)
    check_not_held(*releases[:1], *files[:1])


def _to_remove_from(project: UUID, *, held: bool) -> Project:
    """Lock a project that something goes from. An administrator's removal is held up by read-only mode alone."""
    if not held:
        check(Switch.NO_DELETION)
        return locked(project)
    check()
    found = Project.objects.select_for_update().filter(pk=project).first()
    if found is None:
        raise Missing(_("This project does not exist any more."))
    return found
