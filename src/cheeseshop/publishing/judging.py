# SPDX-License-Identifier: Apache-2.0
"""Verdicts that act: hold a reported project, remove a part of it, or remove it as malware."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from cheeseshop.access.models import ProjectRole
from cheeseshop.accounts import history
from cheeseshop.accounts.flows.restrain import LONGEST_REASON, By, freeze
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows import remove
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.prohibit import prohibit_names
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import File, Project
from cheeseshop.catalog.queries import any_release_of
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.moderation.cases import close_removed
from cheeseshop.moderation.models import Verdict
from cheeseshop.moderation.verdicts import Judgement, judge, project_of
from cheeseshop.publishing.managing import follow
from cheeseshop.publishing.quarantining import Order, hold


def quarantine(judgement: Judgement) -> None:
    """Put the project of an observation into quarantine; the observation waits on for its verdict.

    Raises:
        Missing, Refusal, Conflict, TryAgain: as ``hold``.
    """
    held = Held(project_of(judgement.observation))
    hold(Order(held, judgement.reason, judgement.by, judgement.note, judgement.observation))


def remove_part(judgement: Judgement, what: str) -> str:
    """Remove a release, by version, or a file, by name, of the project of an observation; return what it was.

    Also from a project in quarantine, which stays there.

    Raises:
        Missing: when there is no such release or file.
        Conflict, Refusal: as ``judge``.
        Forbidden: while the index is read-only.
        TryAgain: when it is removed, but its pages could not be published yet.
    """
    project = _project(project_of(judgement.observation))
    file = File.objects.select_related("release").filter(release__project=project, filename=what).first()
    if file is not None:
        held = Held(project.pk, file.release.version, file.filename)
        title = f"file {file.filename}"
        return _removed(judgement, held, title, lambda: remove.remove_file(project.pk, what, judgement.by, held=True))
    release = any_release_of(project, what)
    held, title = Held(project.pk, release.version), f"release {release.version}"
    return _removed(
        judgement, held, title, lambda: remove.remove_release(project.pk, release.pk, judgement.by, held=True)
    )


def remove_malware(judgement: Judgement) -> list[str]:
    """Remove the project of an observation, prohibit its name, and freeze everybody with a role of their own on it.

    Returns the names of those who are frozen. Raises as ``remove_part``.
    """
    project = _project(project_of(judgement.observation))
    frozen: list[str] = []

    def act() -> Changed:
        prohibit_names([project.name], f"Removed as malware: {judgement.reason}")
        frozen.extend(_freeze_people(project, judgement))
        return remove.remove_project(project.pk, judgement.by, "name prohibited", held=True)

    _removed(judgement, Held(project.pk), f"project {project.name}", act)
    return frozen


def _freeze_people(project: Project, judgement: Judgement) -> list[str]:
    """Freeze whom the moderator may freeze; keepers of the site are left to an administrator."""
    keeper = User.objects.get(username=judgement.by)
    reason = f"{project.name} was removed as malware: {judgement.reason}"[:LONGEST_REASON]
    found = []
    for role in ProjectRole.objects.filter(project=project).select_related("user").order_by("pk"):
        try:
            freeze(role.user, By(keeper, reason))
        except Refusal:  # frozen or deleted already, or out of reach
            continue
        found.append(role.user.username)
    return found


def _project(project: UUID) -> Project:
    found = Project.objects.filter(pk=project).first()
    if found is None:
        raise Missing("This project does not exist any more.")
    return found


def _removed(judgement: Judgement, held: Held, title: str, flow: Callable[[], Changed]) -> str:
    """Judge, close the cases and remove, in one transaction that the journal ends; then publish."""
    with transaction.atomic():
        judge(judgement, Verdict.CONFIRMED, f"confirmed, and the {title} removed")
        close_removed(held, judgement.by, judgement.reason)
        with history.because(judgement.reason):
            changed = flow()
    follow(changed)
    return title
