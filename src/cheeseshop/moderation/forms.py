# SPDX-License-Identifier: Apache-2.0
"""What moderators fill in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
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

    project = forms.CharField(label="Project", max_length=200, widget=_OFF)
    version = forms.CharField(
        label="Version", max_length=200, required=False, widget=_OFF, help_text="Leave it empty for the whole project."
    )
    filename = forms.CharField(
        label="File name", max_length=255, required=False, widget=_OFF, help_text="For one file of that release only."
    )
    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        help_text="Anybody can read it: on the page, in what installers are told, in the mail to the project's people.",
    )
    evidence = forms.CharField(
        label="Evidence",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For moderators: where to look, who reported it.",
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
            raise ValidationError({"project": f"There is no project named {name}."})
        if filename:
            file = File.objects.select_related("release").filter(release__project=found, filename=filename).first()
            if file is None:
                raise ValidationError({"filename": f"{found.name} has no file {filename}."})
            return Held(found.pk, file.release.version, filename)
        if not version:
            return Held(found.pk)
        try:
            return Held(found.pk, any_release_of(found, str(Version(version))).version)
        except (InvalidVersion, Missing) as error:
            raise ValidationError({"version": f"{found.name} has no release {version}."}) from error


class OfUser(forms.Form):
    """All projects of one person."""

    username = forms.CharField(label="Username", max_length=50, widget=_OFF)
    confirm = forms.CharField(label="Type the username again", max_length=50, widget=_OFF)
    reason = forms.CharField(label="Reason", max_length=LONGEST_REASON, help_text="Anybody can read it.")

    user: User

    def clean(self) -> dict[str, Any]:
        """Find the person, and check that the very name was typed twice."""
        told: dict[str, Any] = super().clean() or {}
        if self.errors:
            return told
        found = user_named(told["username"])
        if found is None:
            raise ValidationError({"username": f"There is no user named {told['username']}."})
        if told["confirm"] != found.username:
            raise ValidationError({"confirm": f"This is not {found.username}."})
        self.user = found
        return told


class Clear(forms.Form):
    """What is told to those whose project is cleared."""

    note = forms.CharField(
        label="Note", max_length=LONGEST_REASON, required=False, help_text="In the mail to the project's people."
    )


class Appealing(forms.Form):
    """Which quarantine an owner speaks against, and what they say."""

    case = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="What speaks for it",
        min_length=20,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="What the code does and why, or what happened to your account. Moderators read this.",
    )


class Answer(forms.Form):
    """What a moderator answers to an appeal, while the quarantine goes on."""

    text = forms.CharField(label="Answer", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
