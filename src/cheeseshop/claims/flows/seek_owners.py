# SPDX-License-Identifier: Apache-2.0
"""The owners' side of a claim: they are mailed three times in six weeks, and answer that they keep or give."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.changing import change
from cheeseshop.claims.criteria import NOTICES, next_notice
from cheeseshop.claims.flows.moving import UNDECIDED, move
from cheeseshop.claims.flows.telling import OUR_MAILS, note, seek_owners, tell_claimant, tell_waiting
from cheeseshop.claims.models import Claim
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict
from cheeseshop.journal import flows as journal

_AT_ONCE = 100


def answer(claim: Claim, what: Claim.Answer, owner: User) -> None:
    """Answer a claim for all owners. To keep the project overrides what another owner answered; to give does not.

    Raises:
        Conflict: when the claim is decided, or another owner keeps the project.
    """
    with transaction.atomic():
        present = Claim.objects.select_for_update().get(pk=claim.pk)
        another = present.answered_by and present.answered_by != owner.username
        if what == Claim.Answer.GIVE and present.owners_answer == Claim.Answer.KEEP and another:
            raise Conflict(
                gettext("%(answered_by)s answered that they keep the project; agree with each other first.")
                % {"answered_by": present.answered_by}
            )
        told = {"owners_answer": what, "answered_by": owner.username, "answered_at": now(), "next_notice_at": None}
        move(claim, UNDECIDED, **told)
        said = "keeps the project" if what == Claim.Answer.KEEP else "gives the project away"
        note(claim, owner.username, said)
        tell_claimant(claim, "claim-news", news=f"{owner.username}, an owner of {claim.project_name}, {said}.")
        tell_waiting(claim, "An owner's answer to a claim")
        if claim.project:
            changes = [change(claim.project, f"answer the claim of {claim.claimant_name}: {said}", owner.username)]
            journal.commit(changes, [journal.Dirty(claim.normalized_name)])


def remind() -> None:
    """Send what is due: reminders, the news that the time is over, and that a claimed project is gone.

    Safe to run twice at once.
    """
    due = Claim.objects.filter(next_notice_at__lte=now()).order_by("next_notice_at").values_list("pk", flat=True)
    for claim in list(due[:_AT_ONCE]):
        _remind(claim)
    gone = Claim.objects.filter(project=None, state__in=UNDECIDED).values_list("pk", flat=True)
    for claim in list(gone[:_AT_ONCE]):
        _close(claim)


def _remind(pk: UUID) -> None:
    with transaction.atomic():
        claim = Claim.objects.select_for_update().filter(pk=pk).first()  # alone: no lock on what may be NULL
        if claim is None or not claim.undecided or claim.next_notice_at is None or claim.next_notice_at > now():
            return
        if claim.notices >= len(NOTICES):
            move(claim, UNDECIDED, next_notice_at=None)
            note(claim, OUR_MAILS, "found that no owner answered in time")
            tell_claimant(claim, "claim-news", news=f"No owner of {claim.project_name} answered within six weeks.")
            tell_waiting(claim, "A claim whose owners did not answer")
            return
        later = next_notice(claim.opened_at, claim.notices + 1)
        move(claim, UNDECIDED, notices=claim.notices + 1, next_notice_at=later)
        seek_owners(claim)


def _close(pk: UUID) -> None:
    with transaction.atomic():
        claim = Claim.objects.get(pk=pk)
        try:
            move(claim, UNDECIDED, state=Claim.State.FREED, next_notice_at=None, decided_at=now())
        except Conflict:
            return
        note(claim, OUR_MAILS, "found that the project was deleted: its name is free")
        tell_claimant(claim, "claim-news", news=f"{claim.project_name} was deleted by its owners: its name is free.")
