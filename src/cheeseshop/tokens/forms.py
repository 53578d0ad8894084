# SPDX-License-Identifier: Apache-2.0
"""The form that makes a token."""

from typing import Any

from django import forms

from cheeseshop.access.ownership import roles_of
from cheeseshop.accounts.models import User

WHOLE_ACCOUNT = ""
_TERMS = (("", "Never"), ("7", "In a week"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"))


class NewToken(forms.Form):
    """What a token is called, what it is good for, and for how long."""

    description = forms.CharField(
        label="Name of the token",
        max_length=100,
        help_text="What it is for, such as “laptop”. You have no other token of that name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label="Good for", required=False, help_text="A token for one project does less harm when it leaks."
    )
    actions = forms.MultipleChoiceField(
        label="Actions",
        choices=[
            ("upload", "Upload files"),
            ("read", "Read through the API"),
            ("yank", "Yank through the API"),
            ("admin", "Everything else through the API: delete, status, collaborators, tokens"),
        ],
        initial=["upload"],
        widget=forms.CheckboxSelectMultiple,
    )
    networks = forms.CharField(
        label="Networks",
        max_length=1000,
        required=False,
        help_text="Where it may be used from, such as 192.0.2.0/24, 2001:db8::/32. Empty: everywhere.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires = forms.ChoiceField(label="Expires", choices=_TERMS, required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        projects = [(normalized, f"The project {name}") for name, normalized, _ in roles_of(user.pk)]
        self.fields["scope"].choices = [(WHOLE_ACCOUNT, "The whole account"), *projects]  # type: ignore[attr-defined]
