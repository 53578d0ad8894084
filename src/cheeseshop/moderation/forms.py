# SPDX-License-Identifier: Apache-2.0
"""What moderators fill in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.catalog.flows.quarantine import LONGEST_REASON, Held
from cheeseshop.catalog.models import File, Project
from cheeseshop.catalog.queries import any_release_of
from cheeseshop.core.errors import Missing

_OFF = forms.TextInput(attrs={"autocomplete": "off"})


class Hold(forms.Form):
    """What is put into quarantine, and why."""

    project = forms.CharField(label=_("Project"), max_length=200, widget=_OFF)
    version = forms.CharField(
        label=_("Version"),
        max_length=200,
        required=False,
        widget=_OFF,
        help_text=_("Leave it empty for the whole project."),
    )
    filename = forms.CharField(
        label=_("File name"),
        max_length=255,
        required=False,
        widget=_OFF,
        help_text=_("For one file of that release only."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_(
            "Anybody can read it: on the page, in what installers are told, in the mail to the project's people."
        ),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For moderators: where to look, who reported it."),
    )

    held: Held

    def clean(self) -> dict[str, Any]:
        """Find what is meant."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.held = self._find(told["project"], told["version"], told["filename"])
        return told

    def _find(self, name: str, version: str, filename: str) -> Held:
        found = Project.objects.filter(normalized_name=canonicalize_name(name)).first()
        if found is None:
            raise ValidationError({"project": gettext("There is no project named %(name)s.") % {"name": name}})
        if filename:
            file = File.objects.select_related("release").filter(release__project=found, filename=filename).first()
            if file is None:
                raise ValidationError(
                    {
                        "filename": gettext("%(name)s has no file %(filename)s.")
                        % {"name": found.name, "filename": filename}
                    }
                )
            return Held(found.pk, file.release.version, filename)
        if not version:
            return Held(found.pk)
        try:
            return Held(found.pk, any_release_of(found, str(Version(version))).version)
        except (InvalidVersion, Missing) as error:
            raise ValidationError(
                {"version": gettext("%(name)s has no release %(version)s.") % {"name": found.name, "version": version}}
            ) from error


class OfUser(forms.Form):
    """All projects of one person."""

    username = forms.CharField(label=_("Username"), max_length=50, widget=_OFF)
    confirm = forms.CharField(label=_("Type the username again"), max_length=50, widget=_OFF)
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, help_text=_("Anybody can read it."))

    user: User

    def clean(self) -> dict[str, Any]:
        """Find the person, and check that the very name was typed twice."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        found = user_named(told["username"])
        if found is None:
            raise ValidationError(
                {"username": gettext("There is no user named %(username)s.") % {"username": told["username"]}}
            )
        if told["confirm"] != found.username:
            raise ValidationError({"confirm": gettext("This is not %(username)s.") % {"username": found.username}})
        self.user = found
        return told


class Clear(forms.Form):
    """What is told to those whose project is cleared."""

    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_REASON, required=False, help_text=_("In the mail to the project's people.")
    )


class Appealing(forms.Form):
    """Which quarantine an owner speaks against, and what they say."""

    case = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What speaks for it"),
        min_length=20,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What the code does and why, or what happened to your account. Moderators read this."),
    )


class Answer(forms.Form):
    """What a moderator answers to an appeal, while the quarantine goes on."""

    text = forms.CharField(label=_("Answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
