# SPDX-License-Identifier: Apache-2.0
"""People who say that an advisory is wrong: it becomes an observation, which administrators decide about."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cheeseshop.accounts.models import User
from cheeseshop.advisories.models import Advisory
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Conflict
from cheeseshop.moderation.flows import Observed, Reporter, observe
from cheeseshop.moderation.models import Kind, Observation


@dataclass(frozen=True, slots=True)
class Dispute:
    """What somebody says against an advisory, as far as one project is concerned."""

    project: str
    reason: str


def dispute(advisory: Advisory, told: Dispute, by: User) -> None:
    """Note that somebody disputes an advisory.

    Raises:
        Conflict: when they did so before, and nobody has decided about it.
    """
    mine = Observation.objects.filter(kind=Kind.ADVISORY_DISPUTED, reported_by=by, subject=told.project, verdict="")
    if mine.filter(payload__advisory=advisory.pk).exists():
        raise Conflict(_("You disputed this already; administrators will look at it."))
    found = Project.objects.filter(normalized_name=told.project).values_list("pk", flat=True).first()
    payload = {"advisory": advisory.pk, "source": advisory.source, "link": advisory.link}
    observed = Observed(
        Kind.ADVISORY_DISPUTED, told.project, f"{advisory.pk}: {told.reason}", project_id=found, payload=payload
    )
    observe(observed, Reporter(by.username, by.pk))
