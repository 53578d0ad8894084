# SPDX-License-Identifier: Apache-2.0
"""The form that makes a token."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.ownership import roles_of
from cheeseshop.accounts.models import User

WHOLE_ACCOUNT = ""
_TERMS = (
    ("", _("Never")),
    ("7", _("In a week")),
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
)


class NewToken(forms.Form):
    """What a token is called, what it is good for, and for how long."""

    description = forms.CharField(
        label=_("Name of the token"),
        max_length=100,
        help_text=_("What it is for, such as “laptop”. You have no other token of that name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_("Good for"), required=False, help_text=_("A token for one project does less harm when it leaks.")
    )
    actions = forms.MultipleChoiceField(
        label=_("Actions"),
        choices=[
            ("upload", _("Upload files")),
            ("read", _("Read through the API")),
            ("yank", _("Yank through the API")),
            ("admin", _("Everything else through the API: delete, status, collaborators, tokens")),
        ],
        initial=["upload"],
        widget=forms.CheckboxSelectMultiple,
    )
    networks = forms.CharField(
        label=_("Networks"),
        max_length=1000,
        required=False,
        help_text=_("Where it may be used from, such as 192.0.2.0/24, 2001:db8::/32. Empty: everywhere."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires = forms.ChoiceField(label=_("Expires"), choices=_TERMS, required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        projects = [
            (normalized, gettext("The project %(name)s") % {"name": name}) for name, normalized, _ in roles_of(user.pk)
        ]
        self.fields["scope"].choices = [(WHOLE_ACCOUNT, gettext("The whole account")), *projects]  # type: ignore[attr-defined]
