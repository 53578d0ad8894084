# SPDX-License-Identifier: Apache-2.0
"""The forms of managing a project."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.models import Role
from cheeseshop.catalog.flows.set_status import OWNERS_CHOOSE
from cheeseshop.catalog.flows.yank import LONGEST_REASON


class Yank(forms.Form):
    """Why a release or a file is yanked."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=_("Installers show it to who asks for this very version."),
    )


class Retype(forms.Form):
    """Type a name, to show that deleting is meant."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self._name = name
        self.fields["confirm"] = forms.CharField(
            label=gettext("Type %(name)s to delete it") % {"name": name},
            max_length=300,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean_confirm(self) -> str:
        """Check that the very name was typed."""
        if self.cleaned_data["confirm"] != self._name:
            raise ValidationError(gettext("This is not %(name)s.") % {"name": self._name})
        return self._name


class Invite(forms.Form):
    """Whom to invite, and as what."""

    username = forms.CharField(
        label=_("Username"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(Role.MAINTAINER, _("Maintainer: uploads files")), (Role.OWNER, _("Owner: may do everything"))],
    )


class SetStatus(forms.Form):
    """What an owner says of a project."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=list(
            zip(
                [s.value for s in OWNERS_CHOOSE],
                [_("Active"), _("Archived: takes no more uploads"), _("Deprecated: something else should be used")],
                strict=True,
            )
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=_("Shown to people and installers, with every status but active."),
    )
