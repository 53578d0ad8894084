# SPDX-License-Identifier: Apache-2.0
"""Holding projects, releases and files in quarantine, and letting them out."""

from collections.abc import Callable
from typing import Any

from django import forms

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.administration.acting import Action, Doer, Why
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.errors import Missing, TryAgain
from cheeseshop.moderation.models import Case
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order


class Hold(Why):
    """Why something is held; everybody reads it. ``evidence`` is for the keepers alone."""

    evidence = forms.CharField(
        label="Evidence",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where it is seen. Keepers alone read it.",
    )
    field_order = ("reason", "evidence")

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as a form's
        super().__init__(*arguments, **named)
        self.fields["reason"].help_text = "Everybody reads it on the page of what is held."


def held(row: Project | Release | File) -> Held:
    """Return what a row is to a quarantine."""
    match row:
        case Project():
            return Held(row.pk)
        case Release():
            return Held(row.project_id, row.version)
        case File():
            return Held(row.release.project_id, row.release.version, row.filename)


def _hold(row: Project | Release | File, doer: Doer) -> None:
    order = Order(held(row), doer.reason, doer.keeper.username, doer.told["evidence"])
    _recorded(lambda: quarantining.hold(order), doer)


def _clear(row: Project | Release | File, doer: Doer) -> None:
    what = held(row)
    told = {"project_id": what.project, "version": what.version, "filename": what.filename}
    case = Case.objects.filter(cleared_at=None, **told).first()
    if case is None:
        raise Missing(f"No case says that {row} is in quarantine.")
    _recorded(lambda: quarantining.clear(case.pk, doer.reason, doer.keeper.username), doer)


def _recorded(flow: Callable[[], None], doer: Doer) -> None:
    """Run what opens transactions of its own, and write the deed once it is done."""
    try:
        flow()
    except TryAgain:  # it is done; its pages follow
        doer.record()
        raise
    doer.record()


HOLD = Action(
    "quarantine",
    "Quarantine",
    SiteAction.MODERATE,
    _hold,
    "Nobody gets it any more, at once, and its people can't change it, until it is let out. Its owners are told.",
    Hold,
    when=lambda row: row.quarantined_at is None,
    danger=True,
    alone=True,
)
CLEAR = Action(
    "clear",
    "Let out of quarantine",
    SiteAction.MODERATE,
    _clear,
    "What was before is there again, exactly. Its owners are told.",
    when=lambda row: row.quarantined_at is not None,
    alone=True,
)
