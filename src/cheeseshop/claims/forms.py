# SPDX-License-Identifier: Apache-2.0
"""The forms of claims."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cheeseshop.catalog.names import LONGEST_NAME
from cheeseshop.claims.criteria import WAITS_FOR_OWNERS
from cheeseshop.claims.flows.open_claim import Plea, Try
from cheeseshop.claims.models import Ground
from cheeseshop.core.clock import now

LONGEST = 4000
_SHORTEST = 20
_TRIES = ("first", "second", "third")
_OLDEST = timedelta(days=3660)


class NewClaim(forms.Form):
    """Which name, on which ground, what for, and what was tried to reach the owners."""

    project = forms.CharField(
        label="Name of the project",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="As it is on its page.",
    )
    ground = forms.ChoiceField(label="Why should it change hands?", choices=Ground.choices, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label="What shows that",
        min_length=_SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For instance: no release for years, a closed repository, a file without code, your trademark."
        " The owners read this.",
    )
    plan = forms.CharField(
        label="What you will do with the name",
        min_length=_SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Link what you have made, and say why another name will not do.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for which in _TRIES:
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[f"{which}_on"] = forms.DateField(
                label=f"Your {which} attempt to reach the owners: when", required=False, widget=day
            )
            self.fields[f"{which}_how"] = forms.CharField(
                label=f"Your {which} attempt: how",
                max_length=300,
                required=False,
            )
        self.fields[
            "first_how"
        ].help_text = "For instance: a mail to the address in the metadata, an issue in the repository."

    def clean(self) -> dict[str, Any]:
        """Check that attempts are whole, possible, and there where the ground asks for them."""
        told = super().clean() or {}
        for which in _TRIES:
            self._check_try(which, told)
        if told.get("ground") in WAITS_FOR_OWNERS and not self.errors and not self._tries(told):
            self.add_error("first_on", "First try to reach the owners yourself, and say when and how you did.")
        return told

    def _check_try(self, which: str, told: dict[str, Any]) -> None:
        on, how = told.get(f"{which}_on"), told.get(f"{which}_how")
        if bool(on) != bool(how) and not self.errors.keys() & {f"{which}_on", f"{which}_how"}:
            self.add_error(f"{which}_how" if on else f"{which}_on", "Say when and how, or neither.")
        today = now().date()
        if on and not today - _OLDEST <= on <= today:
            self.add_error(f"{which}_on", ValidationError(f"An attempt was made up to {today}, not on {on}."))

    def _tries(self, told: dict[str, Any]) -> list[Try]:
        pairs = ((told.get(f"{which}_on"), told.get(f"{which}_how")) for which in _TRIES)
        return [Try(on, how) for on, how in pairs if on and how]

    @property
    def plea(self) -> Plea:
        """What was filled in."""
        told = self.cleaned_data
        return Plea(told["project"], told["ground"], told["reasons"], told["plan"], self._tries(told))


class Answer(forms.Form):
    """The answer to an administrator's question."""

    answer = forms.CharField(label="Your answer", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


class Decide(forms.Form):
    """What an administrator decides, and why."""

    def __init__(self, project: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self._project = project
        self.fields["confirm"] = forms.CharField(
            label=f"To free the name, which deletes the project: type {project}",
            max_length=300,
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    reason = forms.CharField(
        label="Why, or what you ask",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Requester and owners read this.",
    )
    keep_owners = forms.BooleanField(label="With a transfer, the owners until now stay owners", required=False)

    @property
    def confirmed(self) -> bool:
        """Whether the very name was typed."""
        return bool(self.cleaned_data.get("confirm") == self._project)
