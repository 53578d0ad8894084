# SPDX-License-Identifier: Apache-2.0
"""Verdicts: what was made of a report holds for all that wait of the same kind about the same project."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.moderation.models import Observation, Verdict

LONGEST_REASON = 250


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which observation is judged, by whom, and why. Reporters read ``reason``; ``note`` is for moderators."""

    observation: UUID
    by: str
    reason: str
    note: str = ""


def judge(judgement: Judgement, verdict: Verdict, done: str = "") -> int:
    """Write a verdict on an observation and on those that wait like it, and mail the people who reported.

    ``done`` says what was done, where that is more than the verdict. Returns how many were decided.

    Raises:
        Refusal: when it concerns somebody and there is no reason, or one that is too long.
        Conflict: when it is decided already, or gone.
    """
    with transaction.atomic():
        found = Observation.objects.select_for_update().filter(pk=judgement.observation, verdict="").first()
        if found is None:
            raise Conflict(gettext("This observation was decided already; look at it again."))
        alike = [found, *_like(found)]
        people = {each.reported_by_id for each in alike if each.reported_by_id}
        if (people or done) and not 0 < len(judgement.reason.strip()) <= LONGEST_REASON:
            raise Refusal(
                gettext("Say why, in %(longest_reason)s characters at most; those whom it concerns read it.")
                % {"longest_reason": LONGEST_REASON}
            )
        told = {"verdict": verdict, "verdict_note": judgement.note[:2000], "verdict_by": judgement.by}
        Observation.objects.filter(pk__in=[each.pk for each in alike]).update(**told, verdict_at=now())
        decision = done or verdict.value
        for person in User.objects.filter(pk__in=people, is_active=True):
            subject = found.subject.partition(" ")[0]
            history.mail(person, "report-decided", project=subject, decision=decision, reason=judgement.reason)
    return len(alike)


def _like(found: Observation) -> list[Observation]:
    if found.project_id is None or found.reported_by_id is None:
        return []  # what a check found is judged by itself
    rows = Observation.objects.select_for_update().filter(project_id=found.project_id, kind=found.kind, verdict="")
    return list(rows.exclude(pk=found.pk).exclude(reported_by=None).order_by("pk"))


def project_of(observation: UUID) -> UUID:
    """Return the project that an observation is about.

    Raises:
        Missing: when it names none.
    """
    found = Observation.objects.filter(pk=observation).values_list("project_id", flat=True).first()
    if found is None:
        raise Missing(gettext("This observation is of no project that is here."))
    return found
