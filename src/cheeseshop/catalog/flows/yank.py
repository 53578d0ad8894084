# SPDX-License-Identifier: Apache-2.0
"""Yanking (PEP 592): installers pass over what is yanked unless it is asked for by its very version.

One or several at once: one transaction, one mail to each collaborator. What is so already is left as it is, so that a
second click or a retry neither mails nor fills the history.
"""

from collections.abc import Collection, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cheeseshop.catalog.flows.changing import Changed, change, check_not_held, locked
from cheeseshop.catalog.flows.telling import NO_REASON, some_of, tell_collaborators
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.journal import flows as journal

LONGEST_REASON = 500
_STATE = ["yanked_at", "yanked_reason"]

Yankable = TypeVar("Yankable", Release, File)


def yank_release(project: UUID, release: UUID, reason: str, actor: str) -> Changed:
    """Yank a release, and with it every file that it has and will have.

    Raises:
        Refusal: when the reason is too long.
        Missing: when project or release are gone.
    """
    return yank_releases(project, (release,), reason, actor)


def unyank_release(project: UUID, release: UUID, actor: str) -> Changed:
    """Take a release's yank back. Files that were yanked by themselves stay so.

    Raises:
        Missing: when project or release are gone.
    """
    return yank_releases(project, (release,), "", actor, yanked=False)


def yank_releases(
    project: UUID, releases: Collection[UUID], reason: str, actor: str, *, yanked: bool = True
) -> Changed:
    """Yank releases, or take that back.

    Raises:
        Refusal: when the reason is too long.
        Missing: when the project or one of the releases is gone; then nothing is changed.
        Forbidden: when one of them is in quarantine.
    """
    _check(reason)
    with transaction.atomic():
        owner = locked(project)
        found = list(Release.objects.filter(project=project, pk__in=releases).order_by("sort_key"))
        if len(found) < len(set(releases)):
            raise Missing(_("This release does not exist any more.") if len(releases) == 1 else str(_SOME_GONE))
        check_not_held(*found)
        turned = _turn(found, reason, yanked=yanked)
        if not turned:
            return Changed(owner.normalized_name)
        Release.objects.bulk_update(turned, _STATE)
        kind = "release-yanked" if yanked else "release-unyanked"
        tell_collaborators(
            owner, kind, by=actor, version=some_of([r.version for r in turned]), reason=reason or NO_REASON
        )
        verb = "yank release" if yanked else "unyank release"
        _commit(owner, [(verb, release) for release in turned], actor)
    return Changed(owner.normalized_name)


def yank_file(project: UUID, filename: str, reason: str, actor: str, *, yanked: bool = True) -> Changed:
    """Yank one file, or take that back.

    Raises:
        Refusal: when the reason is too long.
        Missing: when the file is gone.
    """
    return yank_files(project, (filename,), reason, actor, yanked=yanked)


def yank_files(project: UUID, filenames: Collection[str], reason: str, actor: str, *, yanked: bool = True) -> Changed:
    """Yank files, or take that back.

    Raises:
        Refusal: when the reason is too long.
        Missing: when the project or one of the files is gone; then nothing is changed.
        Forbidden: when one of them, or its release, is in quarantine.
    """
    _check(reason)
    with transaction.atomic():
        owner = locked(project)
        rows = File.objects.filter(release__project=project, filename__in=filenames)
        found = list(rows.select_related("release").order_by("filename"))
        if len(found) < len(set(filenames)):
            one = _("There is no file %(filename)s any more.") % {"filename": next(iter(filenames))}
            raise Missing(one if len(filenames) == 1 else str(_SOME_GONE))
        check_not_held(*found, *(file.release for file in found))
        turned = _turn(found, reason, yanked=yanked)
        if not turned:
            return Changed(owner.normalized_name)
        File.objects.bulk_update(turned, _STATE)
        kind = "file-yanked" if yanked else "file-unyanked"
        tell_collaborators(
            owner, kind, by=actor, filename=some_of([f.filename for f in turned]), reason=reason or NO_REASON
        )
        verb = "yank file" if yanked else "unyank file"
        _commit(owner, [(f"{verb} {file.filename}", file.release) for file in turned], actor)
    return Changed(owner.normalized_name)


_SOME_GONE = gettext_lazy("Some of them do not exist any more; nothing was changed. Look at the list again.")


def _check(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise Refusal(_("A reason has at most %(number)d characters.") % {"number": LONGEST_REASON})


def _turn(found: Sequence[Yankable], reason: str, *, yanked: bool) -> list[Yankable]:
    """Set the state of those that are not in it yet, and return them."""
    turned = []
    for each in found:
        if (each.yanked_at is not None) == yanked and (not yanked or each.yanked_reason == reason):
            continue
        each.yanked_at, each.yanked_reason = (now(), reason) if yanked else (None, "")
        turned.append(each)
    return turned


def _commit(project: Project, done: list[tuple[str, Release]], actor: str) -> None:
    scopes = {bytes(release.sort_key).hex() for _, release in done}
    changes = [change(project, action, actor, release.version) for action, release in done]
    journal.commit(changes, [journal.Dirty(project.normalized_name, scope) for scope in sorted(scopes)])
