# SPDX-License-Identifier: Apache-2.0
"""The forms of claims."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.catalog.names import LONGEST_NAME
from cheeseshop.claims.criteria import WAITS_FOR_OWNERS
from cheeseshop.claims.flows.open_claim import Plea, Try
from cheeseshop.claims.models import Ground
from cheeseshop.core.clock import now

LONGEST = 4000
_SHORTEST = 20
_TRIES = {
    "first": (_("Your first attempt to reach the owners: when"), _("Your first attempt: how")),
    "second": (_("Your second attempt to reach the owners: when"), _("Your second attempt: how")),
    "third": (_("Your third attempt to reach the owners: when"), _("Your third attempt: how")),
}
_OLDEST = timedelta(days=3660)


class NewClaim(forms.Form):
    """Which name, on which ground, what for, and what was tried to reach the owners."""

    project = forms.CharField(
        label=_("Name of the project"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As it is on its page."),
    )
    ground = forms.ChoiceField(label=_("Why should it change hands?"), choices=Ground.choices, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("What shows that"),
        min_length=_SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "For instance: no release for years, a closed repository, a file without code, your trademark."
            " The owners read this."
        ),
    )
    plan = forms.CharField(
        label=_("What you will do with the name"),
        min_length=_SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Link what you have made, and say why another name will not do."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for which, (when, how) in _TRIES.items():
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[f"{which}_on"] = forms.DateField(label=when, required=False, widget=day)
            self.fields[f"{which}_how"] = forms.CharField(label=how, max_length=300, required=False)
        self.fields["first_how"].help_text = gettext(
            "For instance: a mail to the address in the metadata, an issue in the repository."
        )

    def clean(self) -> dict[str, Any]:
        """Check that attempts are whole, possible, and there where the ground asks for them."""
        told = super().clean() or {}
        for which in _TRIES:
            self._check_try(which, told)
        if told.get("ground") in WAITS_FOR_OWNERS and not self.errors and not self._tries(told):
            self.add_error("first_on", gettext("First try to reach the owners yourself, and say when and how you did."))
        return told

    def _check_try(self, which: str, told: dict[str, Any]) -> None:
        on, how = told.get(f"{which}_on"), told.get(f"{which}_how")
        if bool(on) != bool(how) and not self.errors.keys() & {f"{which}_on", f"{which}_how"}:
            self.add_error(f"{which}_how" if on else f"{which}_on", gettext("Say when and how, or neither."))
        today = now().date()
        if on and not today - _OLDEST <= on <= today:
            self.add_error(
                f"{which}_on",
                ValidationError(
                    gettext("An attempt was made up to %(today)s, not on %(on)s.") % {"today": today, "on": on}
                ),
            )

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

    answer = forms.CharField(label=_("Your answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


class Decide(forms.Form):
    """What an administrator decides, and why."""

    def __init__(self, project: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self._project = project
        self.fields["confirm"] = forms.CharField(
            label=gettext("To free the name, which deletes the project: type %(project)s") % {"project": project},
            max_length=300,
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    reason = forms.CharField(
        label=_("Why, or what you ask"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Requester and owners read this."),
    )
    keep_owners = forms.BooleanField(label=_("With a transfer, the owners until now stay owners"), required=False)

    @property
    def confirmed(self) -> bool:
        """Whether the very name was typed."""
        return bool(self.cleaned_data.get("confirm") == self._project)
