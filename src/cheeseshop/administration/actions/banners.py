# SPDX-License-Identifier: Apache-2.0
"""What keepers tell everybody: banners, and switches with their notes."""

from django import forms

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.administration.acting import Action, Doer, Why
from cheeseshop.flags.flows import NewBanner, put_up, take_down, turn
from cheeseshop.flags.models import Banner, Level
from cheeseshop.flags.names import MESSAGES, Switch


class PutUp(Why):
    """What a banner says."""

    text = forms.CharField(label="Text", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    level = forms.ChoiceField(label="Level", choices=Level.choices)
    link = forms.CharField(label="Link", max_length=500, required=False, help_text="Begins with https:// or with /.")
    project = forms.CharField(
        label="Only on the pages of this project", max_length=200, required=False, help_text="Empty: on every page."
    )
    ends_at = forms.DateTimeField(
        label="Until",
        required=False,
        help_text="In UTC, such as 2026-12-31 18:00. Empty: until it is taken down.",
    )
    field_order = ("text", "level", "link", "project", "ends_at", "reason")


def _put_up(_row: None, doer: Doer) -> None:
    told = doer.told
    wanted = NewBanner(told["text"], told["level"], told["link"], told["project"], ends_at=told["ends_at"])
    put_up(wanted, doer.keeper.username)


def _take_down(banner: Banner, _doer: Doer) -> None:
    take_down(banner.pk)


ACTIONS = (Action("take-down", "Take down", SiteAction.BANNERS, _take_down, "Nobody sees it any more.", gone=True),)
LIST_ACTIONS = (
    Action(
        "put-up",
        "Put up a banner",
        SiteAction.BANNERS,
        _put_up,
        "Everybody reads it at the top of the pages, from now on.",
        PutUp,
        subject=lambda _, doer: doer.told["text"],
    ),
)


class Turn(Why):
    """Which switch is turned."""

    switch = forms.ChoiceField(
        label="Switch", choices=[(switch.value, f"{switch.value}: {MESSAGES[switch]}") for switch in Switch]
    )
    turned = forms.ChoiceField(label="Turn it", choices=[("on", "On"), ("off", "Off")])
    note = forms.CharField(
        label="Note", max_length=300, required=False, help_text="Everybody reads it on the page of the status."
    )
    notify = forms.BooleanField(label="Say it at the top of every page", required=False, initial=True)
    field_order = ("switch", "turned", "note", "notify", "reason")


def _turn(_row: None, doer: Doer) -> None:
    told = doer.told
    turn(told["switch"], on=told["turned"] == "on", by=doer.keeper.username, note=told["note"], notify=told["notify"])


SWITCH_ACTIONS = (
    Action(
        "turn",
        "Turn a switch",
        SiteAction.FLAGS,
        _turn,
        "It acts within half a second on every worker.",
        Turn,
        subject=lambda _, doer: f"{doer.told['switch']} {doer.told['turned']}",
        danger=True,
    ),
)
