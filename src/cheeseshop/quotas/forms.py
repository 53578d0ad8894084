# SPDX-License-Identifier: Apache-2.0
"""The forms of larger limits."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.catalog.limits import LARGEST_FILE, LARGEST_PROJECT
from cheeseshop.core.sizes import GIB, MIB, in_words
from cheeseshop.quotas.flows import Wanted

_LONGEST = 2000
_SHORTEST = 10


class Sizes(forms.Form):
    """A file's limit and a project's. ``wanted`` returns them in bytes."""

    file_size = forms.IntegerField(
        label=_("Largest file, in MiB"), min_value=1, max_value=LARGEST_FILE // MIB, required=False
    )
    total_size = forms.IntegerField(
        label=_("All files together, in GiB"), min_value=1, max_value=LARGEST_PROJECT // GIB, required=False
    )

    def __init__(self, present: Wanted, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        for name, has, most in (
            ("file_size", present.file_size, LARGEST_FILE),
            ("total_size", present.total_size, LARGEST_PROJECT),
        ):
            self.fields[name].help_text = gettext("%(value)s now, %(most)s at most. Empty: large enough.") % {
                "value": in_words(has or 0),
                "most": in_words(most),
            }

    def clean(self) -> dict[str, Any]:
        """Check that one of them is given."""
        told = super().clean() or {}
        if not self.errors and told.get("file_size") is None and told.get("total_size") is None:
            raise ValidationError(gettext("Fill in one of the two sizes, or both."))
        return told

    @property
    def wanted(self) -> Wanted:
        """What was filled in, in bytes."""
        file_size, total_size = (self.cleaned_data.get(name) for name in ("file_size", "total_size"))
        return Wanted(file_size and file_size * MIB, total_size and total_size * GIB)


class Ask(Sizes):
    """What an owner asks for, and why."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=_SHORTEST,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What makes the files so large, what you have tried to make them smaller, and what comes next."),
    )


class Answer(forms.Form):
    """The answer to an administrator's question."""

    answer = forms.CharField(label=_("Your answer"), max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


class Decide(Sizes):
    """What an administrator gives, asks, or says."""

    text = forms.CharField(
        label=_("What you ask, or what they shall know"),
        max_length=_LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The owners read this."),
    )
