# SPDX-License-Identifier: Apache-2.0
"""The form that puts a banner up."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.flags.flows import NewBanner
from cheeseshop.flags.models import Level

_PLAIN = {"autocomplete": "off"}


class PutUp(forms.Form):
    """What a banner says, to whom, and for how long."""

    text = forms.CharField(label=_("Text"), max_length=300, widget=forms.TextInput(attrs=_PLAIN))
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
    link = forms.CharField(
        label=_("Link"),
        max_length=500,
        required=False,
        help_text=_("Where to read more: https://… or a path of this site."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    project = forms.CharField(
        label=_("Project"),
        max_length=200,
        required=False,
        help_text=_("Only on the pages of this project. Empty: on every page."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, help_text=_("Only for readers of this language."))
    starts_at = forms.DateTimeField(
        label=_("From"),
        required=False,
        help_text=_("In UTC, such as 2026-12-24 18:00. Empty: from now on."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    ends_at = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("In UTC. Empty: until it is taken down."),
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        every = [("", gettext("Every language")), *settings.LANGUAGES]
        self.fields["language"].choices = every  # type: ignore[attr-defined]

    @property
    def wanted(self) -> NewBanner:
        """What was filled in."""
        return NewBanner(**self.cleaned_data)
