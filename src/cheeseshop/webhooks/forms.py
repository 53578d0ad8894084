# SPDX-License-Identifier: Apache-2.0
"""The form of a webhook."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cheeseshop.webhooks.events import EVENTS


class NewWebhook(forms.Form):
    """Which address is told of what."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Each change is sent there as a POST of JSON. It begins with https://."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(name, format_lazy("{}: {}", name, text)) for name, text in EVENTS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to be told of every kind, also of those that are added later."),
    )
