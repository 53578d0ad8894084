# SPDX-License-Identifier: Apache-2.0
"""What administrators fill in."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cheeseshop.notices.models import LONGEST_NOTE, LONGEST_TEXT, LONGEST_TITLE

_MARKDOWN = _(
    "Markdown. Write links in full; $site_url stands for this site's address, $site_name for its name, $contact for "
    "whom people write to."
)


class EditText(forms.Form):
    """A text's new words."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        required=False,
        help_text=format_lazy("{} {}", _MARKDOWN, _("Empty: the page is neither shown nor linked.")),
        widget=forms.Textarea(attrs={"rows": 20, "class": "mono"}),
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("For the history of this page; administrators only."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EditAnnouncement(forms.Form):
    """An announcement."""

    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        help_text=_MARKDOWN,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono"}),
    )
