# SPDX-License-Identifier: Apache-2.0
"""The form of a webhook."""

from django import forms

from cheeseshop.webhooks.events import EVENTS


class NewWebhook(forms.Form):
    """Which address is told of what."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Each change is sent there as a POST of JSON. It begins with https://.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    events = forms.MultipleChoiceField(
        label="Events",
        choices=[(name, f"{name}: {text}") for name, text in EVENTS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to be told of every kind, also of those that are added later.",
    )
