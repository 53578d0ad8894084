# SPDX-License-Identifier: Apache-2.0
"""The forms of organisations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.models import Role
from cheeseshop.organizations.models import LONGEST_NAME, NAME, Kind, MemberRole

_PLAIN = {"autocomplete": "off"}
ROLES = [
    (MemberRole.MEMBER, _("Member: sees its pages")),
    (MemberRole.MANAGER, _("Manager: also manages teams and adds projects")),
    (MemberRole.OWNER, _("Owner: may do everything, and owns every project")),
]


class Profile(forms.Form):
    """What an organisation tells of itself."""

    display_name = forms.CharField(label=_("Display name"), max_length=100, help_text=_("What people read."))
    kind = forms.ChoiceField(label=_("Type"), choices=Kind.choices)
    url = forms.URLField(label=_("Home page"), max_length=400, required=False, assume_scheme="https")
    description = forms.CharField(
        label=_("Description"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class Apply(Profile):
    """Ask for an organisation."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        validators=[NAME],
        help_text=_("Letters, digits, '.', '_' and '-'. It is part of addresses and can't be changed later."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    statement = forms.CharField(
        label=_("What it is for"),
        max_length=2000,
        help_text=_("Which projects it will hold, and who will use it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    field_order = ("name", "display_name", "kind", "url", "description", "statement")


class Decide(forms.Form):
    """Why an application is declined."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        help_text=_("Needed to decline; the person reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class InviteMember(forms.Form):
    """Whom to invite, and as what."""

    username = forms.CharField(label=_("Username"), max_length=50, widget=forms.TextInput(attrs=_PLAIN))
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)


class NameTeam(forms.Form):
    """What a team is called."""

    name = forms.CharField(
        label=_("Name of the team"), max_length=LONGEST_NAME, validators=[NAME], widget=forms.TextInput(attrs=_PLAIN)
    )


class NewServiceAccount(forms.Form):
    """A service account: its short name, and what it is for."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        validators=[NAME],
        help_text=_("Such as “deploy”. The name of the organisation is put before it."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    purpose = forms.CharField(label=_("What it is for"), max_length=100, required=False)


class NewProject(forms.Form):
    """A project to make in the organisation."""

    name = forms.CharField(
        label=_("Name of the project"),
        max_length=200,
        help_text=_("It has no release at first; give a team a role on it, and publish."),
        widget=forms.TextInput(attrs=_PLAIN),
    )


class Choose(forms.Form):
    """One of some things, by its identity."""

    def __init__(self, label: str, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.fields["chosen"] = forms.ChoiceField(label=label, choices=choices)


class ChooseWithRole(Choose):
    """One of some things, and a role."""

    def __init__(self, label: str, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(label, choices, *args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label=gettext("Role"),
            choices=[
                (Role.MAINTAINER, gettext("Maintainer: uploads files")),
                (Role.OWNER, gettext("Owner: may do everything")),
            ],
        )


class Typed(forms.Form):
    """Type a name, to show that something is meant."""

    def __init__(self, name: str, label: str | Promise, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self._name = name
        self.fields["confirm"] = forms.CharField(
            label=label % {"name": name}, max_length=300, widget=forms.TextInput(attrs=_PLAIN)
        )

    def clean_confirm(self) -> str:
        """Check that the very name was typed."""
        if self.cleaned_data["confirm"] != self._name:
            raise ValidationError(gettext("This is not %(name)s.") % {"name": self._name})
        return self._name


class GiveProject(Typed):
    """To whom a project is given."""

    to = forms.CharField(label=_("Name"), max_length=50, widget=forms.TextInput(attrs=_PLAIN))

    field_order = ("to_kind", "to", "confirm")

    def __init__(self, name: str, *args: Any, to_people: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(name, _("Type %(name)s to offer it"), *args, **kwargs)
        people = [("person", gettext("A person"))] if to_people else []
        self.fields["to_kind"] = forms.ChoiceField(
            label=gettext("To"), choices=[("organization", gettext("An organisation")), *people], initial="organization"
        )
        self.order_fields(self.field_order)
