# SPDX-License-Identifier: Apache-2.0
"""What components are given to show."""

from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.core.validators import RegexValidator


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the tabs of a page: each is an address of its own."""

    url: str
    text: str
    current: bool


class ExampleForm(forms.Form):
    """The form on the developers' page of components."""

    required_css_class: ClassVar[str] = "required"

    name = forms.CharField(
        label="Name",
        help_text="As it is on your package.",
        validators=[RegexValidator(r"\A[a-z0-9].*[a-z0-9]\Z", "A name begins and ends with a letter or digit.")],
    )
    reason = forms.CharField(label="Reason", help_text="At most 200 characters.", max_length=200)
