# SPDX-License-Identifier: Apache-2.0
"""Appeals of owners against a quarantine: written on the site, found in the queue, answered there."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.accounts.telling import tell_administrators
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing
from cheeseshop.moderation.models import Appeal, Case

_MOST = 50


def open_cases(project: UUID) -> list[Case]:
    """Return what of a project is in quarantine, oldest first, each with the appeal that waits as ``waiting``."""
    found = list(Case.objects.filter(project_id=project, cleared_at=None).order_by("id")[:_MOST])
    waiting = {each.case_id: each for each in Appeal.objects.filter(case__in=found, answered_at=None)}
    for case in found:
        case.waiting = waiting.get(case.pk)  # type: ignore[attr-defined]  # for the page
    return found


def answered(project: UUID) -> list[Appeal]:
    """Return the appeals of a project that are answered, newest first."""
    rows = Appeal.objects.filter(case__project_id=project).exclude(answered_at=None)
    return list(rows.select_related("case").order_by("-id")[:_MOST])


def write(project: Project, case: UUID, text: str, owner: User) -> Appeal:
    """Appeal against a quarantine.

    Raises:
        Missing: when nothing of the project is in quarantine by this case any more.
        Conflict: when an appeal waits for its answer.
    """
    found = Case.objects.filter(pk=case, project_id=project.pk, cleared_at=None).first()
    if found is None:
        raise Missing(gettext("This quarantine is over."))
    try:
        with transaction.atomic():
            made = Appeal.objects.create(case=found, written_by=owner, writer=owner.username, text=text)
            history.mail(owner, "appeal-received", thing=found.title, link=_link(found))
            moderators = f"{current.settings().url}/manage/quarantine/{found.pk}/"
            tell_administrators(f"An appeal for {found.title}", moderators)
    except IntegrityError as error:
        raise Conflict(gettext("An appeal waits for its answer already.")) from error
    return made


def answer(case: UUID, text: str, by: str) -> None:
    """Answer the appeal that waits in a case.

    Raises:
        Conflict: when it was answered already.
    """
    with transaction.atomic():
        if not end_appeal(case, by, text):
            raise Conflict(gettext("This appeal was answered already; look at it again."))


def end_appeal(case: UUID, by: str, text: str) -> bool:
    """Write the answer down and mail it, within an open transaction. Returns whether an appeal waited."""
    waiting = Appeal.objects.select_related("case", "written_by").filter(case=case, answered_at=None).first()
    if waiting is None:
        return False
    told = {"answer": text, "answered_by": by, "answered_at": now()}
    if not Appeal.objects.filter(pk=waiting.pk, answered_at=None).update(**told):
        return False
    if waiting.written_by is not None and waiting.written_by.is_active:
        thing = waiting.case.title
        history.mail(waiting.written_by, "appeal-answered", thing=thing, note=text, link=_link(waiting.case))
    return True


def _link(case: Case) -> str:
    return f"{current.settings().url}/manage/project/{case.project}/quarantine/"
