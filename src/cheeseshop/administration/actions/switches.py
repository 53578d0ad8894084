# SPDX-License-Identifier: Apache-2.0
"""Switches, with the notes that everybody reads. Banners have a page of their own."""

from django import forms

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.administration.acting import Action, Doer, Why
from cheeseshop.flags.flows import turn
from cheeseshop.flags.names import MESSAGES, Switch


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


ACTIONS = (
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
