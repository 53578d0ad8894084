# SPDX-License-Identifier: Apache-2.0
"""The form of an administrator who found tokens."""

from django import forms


class PastedText(forms.Form):
    """Text that may hold tokens, and where it was found."""

    text = forms.CharField(
        label="Text",
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
        help_text="A file, a log, a message: whatever holds tokens. It is not kept.",
    )
    where = forms.CharField(
        label="Where it was found",
        max_length=500,
        required=False,
        help_text="The address of a page, or a few words. The owner of a token reads this.",
    )
