# SPDX-License-Identifier: Apache-2.0
"""Asking for larger limits, and deciding that."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from cheeseshop.accounts.models import User
from cheeseshop.accounts.telling import tell_administrators
from cheeseshop.catalog.flows.changing import Changed, locked
from cheeseshop.catalog.flows.set_limits import set_limits
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.limits import LARGEST_FILE, LARGEST_PROJECT
from cheeseshop.catalog.models import File, Project
from cheeseshop.catalog.state import project_state
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.core.sizes import in_words
from cheeseshop.quotas.models import LimitRequest
from cheeseshop.uploads.rules import limits_of

_UNDECIDED = (LimitRequest.State.OPEN, LimitRequest.State.ASKED)
_NO_SUCH_FILE = gettext_noop(
    "The limit of a file is %(has)s now and %(most)s at most, so that %(size)s can't be asked for."
)
_NO_SUCH_PROJECT = gettext_noop(
    "The limit of all files together is %(has)s now and %(most)s at most, so that %(size)s can't be asked for."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a project shall have, in bytes; None for a limit that is large enough."""

    file_size: int | None
    total_size: int | None

    def __str__(self) -> str:
        """Return it in words."""
        said = []
        if self.file_size is not None:
            said.append(f"{in_words(self.file_size)} a file")
        if self.total_size is not None:
            said.append(f"{in_words(self.total_size)} in all")
        return " and ".join(said)


def limits_now(project: Project) -> Wanted:
    """Return what a project has, in bytes."""
    limits = limits_of(project_state(project.normalized_name))
    return Wanted(limits.file, limits.project)


def can_ask(project: Project) -> bool:
    """Tell whether a project has shown what it is: a file under the limits that hold for everybody."""
    return File.objects.filter(release__project=project).exists()


def ask(project: UUID, wanted: Wanted, reason: str, person: User) -> LimitRequest:
    """Ask for larger limits.

    Raises:
        Conflict: when the project has no release yet, or another request waits.
        Refusal: when it asks for no more than there is, or for more than anybody gets.
        Forbidden: while the project is in quarantine.
    """
    try:
        with transaction.atomic():
            owner = locked(project)
            if not can_ask(owner):
                raise Conflict(gettext("Publish a release first, with files that keep to the limits there are."))
            _check(wanted, limits_now(owner))
            made = LimitRequest.objects.create(
                project=owner, asked_by=person, file_size=wanted.file_size, total_size=wanted.total_size, reason=reason
            )
            tell_owners(owner, "limit-received", by=person.username, wanted=str(wanted), reason=reason)
            tell_administrators(f"Larger limits for {owner.name}", _link(made))
    except IntegrityError as error:
        raise Conflict(gettext("Another request of this project waits for its decision; add to it instead.")) from error
    return made


def _check(wanted: Wanted, present: Wanted) -> None:
    sizes = (
        (wanted.file_size, present.file_size, LARGEST_FILE, _NO_SUCH_FILE),
        (wanted.total_size, present.total_size, LARGEST_PROJECT, _NO_SUCH_PROJECT),
    )
    if wanted.file_size is None and wanted.total_size is None:
        raise Refusal(gettext("Say which limit is too small: of a file, of all files together, or both."))
    for size, has, most, why in sizes:
        if size is not None and has is not None and not has < size <= max(most, has):
            raise Refusal(gettext(why) % {"has": in_words(has), "most": in_words(most), "size": in_words(size)})


def _link(request: LimitRequest) -> str:
    return f"{current.settings().url}/manage/limits/{request.pk}/"


def put_question(request: LimitRequest, question: str, administrator: str) -> None:
    """Ask the owners something.

    Raises:
        Conflict: when it is decided by now.
    """
    with transaction.atomic():
        _move(request, _UNDECIDED, state=LimitRequest.State.ASKED, question=question, answer="")
        link = f"{current.settings().url}/manage/project/{request.project.normalized_name}/settings/limits/"
        tell_owners(request.project, "limit-question", by=administrator, question=question, link=link)


def answer(request: LimitRequest, text: str) -> None:
    """Answer the question.

    Raises:
        Conflict: when none is asked.
    """
    with transaction.atomic():
        _move(request, (LimitRequest.State.ASKED,), state=LimitRequest.State.OPEN, answer=text)
        tell_administrators(f"Larger limits for {request.project.name}: the answer", _link(request))


def withdraw(request: LimitRequest, person: User) -> None:
    """Take a request back.

    Raises:
        Conflict: when it is decided by now.
    """
    _move(request, _UNDECIDED, state=LimitRequest.State.WITHDRAWN, decided_by=person.username, decided_at=now())


def grant(request: LimitRequest, given: Wanted, note: str, administrator: str) -> Changed:
    """Give a project larger limits: those that were asked for, or others.

    Raises:
        Conflict: when it is decided by now.
        Refusal: for limits that nobody gets.
        Missing: when the project is gone.
    """
    with transaction.atomic():
        _decide(request, LimitRequest.State.GRANTED, note, administrator)
        LimitRequest.objects.filter(pk=request.pk).update(file_size=given.file_size, total_size=given.total_size)
        told = {"by": administrator, "decision": f"granted: {given}", "note": note}
        tell_owners(request.project, "limit-decided", **told)
        return set_limits(
            request.project_id, given.file_size, given.total_size, actor=administrator, reason="as was asked for"
        )


def decline(request: LimitRequest, note: str, administrator: str) -> None:
    """Leave the limits as they are.

    Raises:
        Conflict: when it is decided by now.
    """
    with transaction.atomic():
        _decide(request, LimitRequest.State.DECLINED, note, administrator)
        tell_owners(request.project, "limit-decided", by=administrator, decision="declined", note=note)


def _decide(request: LimitRequest, state: str, note: str, administrator: str) -> None:
    _move(request, _UNDECIDED, state=state, note=note, decided_by=administrator, decided_at=now())


def _move(request: LimitRequest, before: tuple[str, ...], **changes: object) -> None:
    """Change a request that is in one of the states ``before``. Of two at once, one wins."""
    if not LimitRequest.objects.filter(pk=request.pk, state__in=before).update(**changes):
        raise Conflict(gettext("This request was decided or changed in the meantime; look at it again."))
    request.refresh_from_db()
