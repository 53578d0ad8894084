# SPDX-License-Identifier: Apache-2.0
"""Yanking (PEP 592): installers pass over what is yanked unless it is asked for by its very version."""

from uuid import UUID

from django.db import transaction

from cheeseshop.catalog.flows.changing import Changed, change, locked
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import File, Release
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.journal import flows as journal

LONGEST_REASON = 500


def yank_release(project: UUID, release: UUID, reason: str, actor: str) -> Changed:
    """Yank a release, and with it every file that it has and will have.

    Raises:
        Refusal: when the reason is too long.
        Missing: when project or release are gone.
    """
    _check(reason)
    with transaction.atomic():
        owner = locked(project)
        found = _release(project, release)
        found.yanked_at, found.yanked_reason = now(), reason
        found.save(update_fields=["yanked_at", "yanked_reason"])
        tell_owners(owner, "release-yanked", by=actor, version=found.version, reason=reason)
        changes = [change(owner, "yank release", actor, found.version)]
        journal.commit(changes, [journal.Dirty(owner.normalized_name, bytes(found.sort_key).hex())])
    return Changed(owner.normalized_name)


def unyank_release(project: UUID, release: UUID, actor: str) -> Changed:
    """Take a release's yank back. Files that were yanked by themselves stay so.

    Raises:
        Missing: when project or release are gone.
    """
    with transaction.atomic():
        owner = locked(project)
        found = _release(project, release)
        found.yanked_at, found.yanked_reason = None, ""
        found.save(update_fields=["yanked_at", "yanked_reason"])
        tell_owners(owner, "release-unyanked", by=actor, version=found.version)
        changes = [change(owner, "unyank release", actor, found.version)]
        journal.commit(changes, [journal.Dirty(owner.normalized_name, bytes(found.sort_key).hex())])
    return Changed(owner.normalized_name)


def yank_file(project: UUID, filename: str, reason: str, actor: str, *, yanked: bool = True) -> Changed:
    """Yank one file, or take that back.

    Raises:
        Refusal: when the reason is too long.
        Missing: when the file is gone.
    """
    _check(reason)
    with transaction.atomic():
        owner = locked(project)
        found = File.objects.select_related("release").filter(release__project=project, filename=filename).first()
        if found is None:
            raise Missing(f"There is no file {filename} any more.")
        found.yanked_at, found.yanked_reason = (now(), reason) if yanked else (None, "")
        found.save(update_fields=["yanked_at", "yanked_reason"])
        verb = "yank file" if yanked else "unyank file"
        changes = [change(owner, f"{verb} {filename}", actor, found.release.version)]
        journal.commit(changes, [journal.Dirty(owner.normalized_name, bytes(found.release.sort_key).hex())])
    return Changed(owner.normalized_name)


def _check(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise Refusal(f"A reason has at most {LONGEST_REASON} characters.")


def _release(project: UUID, release: UUID) -> Release:
    found = Release.objects.filter(project=project, pk=release).first()
    if found is None:
        raise Missing("This release does not exist any more.")
    return found
