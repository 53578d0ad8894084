# SPDX-License-Identifier: Apache-2.0
"""What PEP 541 asks before a name changes hands, over plain facts.

The owners are sought by three mails over six weeks. An abandoned name can be transferred when they have not answered
by then, or when one of them agrees; never against an owner who answers that they keep it. A name that is invalid or
infringes a right waits for nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, gettext_noop

from cheeseshop.claims.models import Claim, Ground

REACH = timedelta(weeks=6)
NOTICES = (timedelta(), timedelta(weeks=2), timedelta(weeks=4))
QUIET = timedelta(days=365)  # without a release, before a project counts as abandoned
WAITS_FOR_OWNERS = frozenset({Ground.ABANDONED.value, Ground.CONTINUATION.value})


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is looked at: what it says, and whether it is so."""

    text: str
    met: bool


def next_notice(opened: datetime, notices: int) -> datetime:
    """Return when the owners are sought the next time after so many mails, or when the time for an answer is over."""
    return opened + (NOTICES[notices] if notices < len(NOTICES) else REACH)


def obstacle_to_transfer(claim: Claim, owners: int, moment: datetime) -> str:
    """Return why a name can't be transferred at this moment, or nothing. ``owners`` is how many can be asked."""
    if claim.ground not in WAITS_FOR_OWNERS or claim.owners_answer == Claim.Answer.GIVE or not owners:
        return ""
    if claim.owners_answer == Claim.Answer.KEEP:
        return gettext("%(answered_by)s answered that they keep the project: it is not abandoned.") % {
            "answered_by": claim.answered_by
        }
    if moment < claim.deadline:
        return gettext("The owners have until %(deadline)s to answer.") % {"deadline": f"{claim.deadline:%Y-%m-%d}"}
    return ""


def criteria(claim: Claim, last_upload: datetime | None, tries: int, moment: datetime) -> list[Criterion]:
    """Return what is looked at for a claim's ground, and whether it is met by what we know."""
    agreed = claim.owners_answer == Claim.Answer.GIVE
    found = [Criterion(gettext_noop("An owner agrees"), agreed)]
    if claim.ground in WAITS_FOR_OWNERS:
        silent = not claim.owners_answer and moment >= claim.deadline
        found += [
            Criterion(gettext_noop("The owners did not answer within six weeks"), silent),
            Criterion(
                gettext_noop("No file was published for twelve months"),
                last_upload is None or moment - last_upload > QUIET,
            ),
            Criterion(gettext_noop("The requester tried to reach them"), tries > 0),
        ]
    if claim.ground == Ground.INVALID:
        found.append(Criterion(gettext_noop("There is no file to install"), last_upload is None))
    return found
