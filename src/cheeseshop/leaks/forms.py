# SPDX-License-Identifier: Apache-2.0
"""The form of an administrator who found tokens."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PastedText(forms.Form):
    """Text that may hold tokens, and where it was found."""

    text = forms.CharField(
        label=_("Text"),
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("A file, a log, a message: whatever holds tokens. It is not kept."),
    )
    where = forms.CharField(
        label=_("Where it was found"),
        max_length=500,
        required=False,
        help_text=_("The address of a page, or a few words. The owner of a token reads this."),
    )
