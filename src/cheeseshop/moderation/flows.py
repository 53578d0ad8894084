# SPDX-License-Identifier: Apache-2.0
"""Recording observations, and what was made of them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.utils.translation import gettext

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict
from cheeseshop.moderation.models import Kind, Observation, Subject, Verdict
from cheeseshop.moderation.popular import corpus

log = logging.getLogger(__name__)

CHECK_OF_NAMES = "check of names"


@dataclass(frozen=True, slots=True)
class Observed:
    """What was noticed. ``subject`` is the normalised name, or ``name version``, or a filename, as its kind says."""

    kind: Kind
    subject: str
    summary: str
    subject_kind: Subject = Subject.PROJECT
    project_id: UUID | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who noticed it: a person, or a check of ours by its name."""

    name: str
    user_id: UUID | None = None
    automatic: bool = False


def observe(what: Observed, reporter: Reporter) -> UUID:
    """Record an observation, in the caller's transaction if there is one, and return its id."""
    made = Observation(
        kind=what.kind,
        subject_kind=what.subject_kind,
        subject=what.subject[:500],
        project_id=what.project_id,
        summary=what.summary[:2000],
        payload=dict(what.payload),
        reporter=reporter.name[:100],
        reported_by_id=reporter.user_id,
        automatic=reporter.automatic,
    )
    sql.insert(made)
    return made.pk


def decide(observation: UUID, verdict: Verdict, note: str, by: str) -> None:
    """Write down what was made of an observation.

    Raises:
        Conflict: when somebody decided it already, or it is gone.
    """
    told = {"verdict": verdict, "verdict_note": note[:2000], "verdict_by": by, "verdict_at": now()}
    if not Observation.objects.filter(pk=observation, verdict="").update(**told):
        raise Conflict(gettext("This observation was decided already; look at it again."))


def look_at_new_name(name: str, normalized_name: str, creator: str) -> UUID | None:
    """Observe a new project whose name is one slip away from a well-known one. Returns the observation's id.

    Never fails: what goes wrong is logged, because the project exists by now and its file is published.
    """
    try:
        near = corpus().nearest(normalized_name)
        if near is None:
            return None
        row = sql.first("SELECT id FROM catalog_project WHERE normalized_name = %s", normalized_name)
        return observe(
            Observed(
                Kind.TYPO,
                normalized_name,
                f"{name} is close to {near.name}: {near.test}.",
                project_id=sql.as_uuid(row[0]) if row else None,
                payload={"near": near.name, "test": near.test, "creator": creator},
            ),
            Reporter(CHECK_OF_NAMES, automatic=True),
        )
    except DatabaseError:
        log.exception("the name %s could not be looked at", normalized_name)
        return None
