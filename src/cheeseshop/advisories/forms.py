# SPDX-License-Identifier: Apache-2.0
"""The form of somebody who disputes an advisory."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DisputeForm(forms.Form):
    """For which project an advisory is wrong, and why."""

    project = forms.ChoiceField(label=_("Project"))
    reason = forms.CharField(
        label=_("What is wrong with it"),
        min_length=20,
        max_length=1900,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("For instance: versions that are not concerned, one that mends it, another project that is meant."),
    )

    def __init__(self, projects: Sequence[str], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["project"].choices = [(name, name) for name in projects]  # type: ignore[attr-defined]
