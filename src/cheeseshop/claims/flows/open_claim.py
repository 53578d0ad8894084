# SPDX-License-Identifier: Apache-2.0
"""Asking for a name, and what the person who asks can still do: answer a question, take the claim back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from packaging.utils import canonicalize_name

from cheeseshop.access.permissions import Action, may
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.changing import change, locked
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.names import check_form, check_new_project
from cheeseshop.catalog.queries import visible
from cheeseshop.claims.criteria import REACH, WAITS_FOR_OWNERS, next_notice
from cheeseshop.claims.flows.moving import UNDECIDED, move
from cheeseshop.claims.flows.telling import (
    ground_in_english,
    note,
    seek_owners,
    tell_claimant,
    tell_owner,
    tell_waiting,
)
from cheeseshop.claims.models import Claim, ContactTry
from cheeseshop.claims.queries import owners_of
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Forbidden, Missing, Refusal
from cheeseshop.journal import flows as journal

MOST_OPEN = 3


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt of the claimant's to reach the owners."""

    on: date
    how: str


@dataclass(frozen=True, slots=True)
class Plea:
    """What is asked for, on which ground, and what was done before."""

    project: str
    ground: str
    reasons: str
    plan: str
    tries: Sequence[Try] = ()


def open_claim(plea: Plea, claimant: User) -> Claim:
    """Ask for a name; its owners are mailed at once.

    Raises:
        Missing: when no project has that name; the message says whether it is free.
        Forbidden: while the project is in quarantine, or the index is read-only.
        Conflict: when the claimant owns it, or asks for it or for too many others already.
        Refusal: when the owners were never tried where that is owed.
    """
    if plea.ground in WAITS_FOR_OWNERS and not plea.tries:
        raise Refusal(gettext("First try to reach the owners yourself, and say when and how you did."))
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=claimant.pk)  # of two claims at once, each counts the other
            project = _claimable(plea.project, claimant)
            _check_number(claimant, project)
            made = _create(plea, project, claimant)
            tell_claimant(made, "claim-received", deadline=f"{made.deadline:%Y-%m-%d}")
            tell_waiting(made, "A claim")
            seek_owners(made)
            changes = [change(project, f"ask for the name: {ground_in_english(made)}", claimant.username)]
            journal.commit(changes, [journal.Dirty(project.normalized_name)])
    except IntegrityError as error:
        raise Conflict(gettext("You have asked for %(project)s already.") % {"project": plea.project}) from error
    return made


def _claimable(name: str, claimant: User) -> Project:
    check_form(name)
    normalized = canonicalize_name(name)
    project = Project.objects.filter(normalized_name=normalized).first()
    if project is None:
        check_new_project(name, normalized)
        raise Missing(
            gettext("No project has the name %(name)s: it is free. Publish yours, and it has the name.")
            % {"name": name}
        )
    if not visible(project) and project.quarantined_at is None:
        raise Missing(gettext("There is no project named %(name)s that can be asked for.") % {"name": name})
    if project.quarantined_at is not None:
        contact = current.settings().contact
        raise Forbidden(
            gettext("%(name)s is in quarantine: administrators look at it already; write to %(contact)s.")
            % {"name": project.name, "contact": contact}
        )
    if may(claimant, Action.ADMIN, project.pk):
        raise Conflict(gettext("You own %(name)s.") % {"name": project.name})
    return locked(project.pk)


def _check_number(claimant: User, project: Project) -> None:
    waiting = Claim.objects.filter(claimant=claimant, state__in=UNDECIDED)
    if waiting.filter(normalized_name=project.normalized_name).exists():
        raise Conflict(
            gettext("You have asked for %(name)s already; its page is in your list.") % {"name": project.name}
        )
    if waiting.count() >= MOST_OPEN:
        raise Conflict(
            gettext("You have %(most_open)s open claims, as many as one person may: wait for one, or withdraw it.")
            % {"most_open": MOST_OPEN}
        )


def _create(plea: Plea, project: Project, claimant: User) -> Claim:
    opened = now()
    made = Claim.objects.create(
        project=project,
        project_name=project.name,
        normalized_name=project.normalized_name,
        claimant=claimant,
        claimant_name=claimant.username,
        owners=[str(owner.pk) for owner in owners_of(project)],
        ground=plea.ground,
        reasons=plea.reasons,
        plan=plea.plan,
        opened_at=opened,
        deadline=opened + REACH,
        notices=1,
        next_notice_at=next_notice(opened, 1),
    )
    ContactTry.objects.bulk_create(
        ContactTry(claim=made, on=each.on, by=claimant.username, how=each.how) for each in plea.tries
    )
    note(made, claimant.username, "asked for the name", plea.reasons)
    return made


def answer_question(claim: Claim, text: str, claimant: User) -> None:
    """Answer what an administrator asked.

    Raises:
        Conflict: when nothing is asked.
    """
    with transaction.atomic():
        move(claim, (Claim.State.ASKED,), state=Claim.State.OPEN)
        note(claim, claimant.username, "answered", text)
        tell_waiting(claim, "The answer to your question")


def withdraw(claim: Claim, claimant: User) -> None:
    """Take a claim back.

    Raises:
        Conflict: when it is decided by now.
    """
    with transaction.atomic():
        move(claim, UNDECIDED, state=Claim.State.WITHDRAWN, next_notice_at=None, decided_at=now())
        note(claim, claimant.username, "withdrew the claim")
        for owner in owners_of(claim.project) if claim.project else ():
            tell_owner(claim, owner, f"{claimant.username} does not ask for {claim.project_name} any more.")
