# SPDX-License-Identifier: Apache-2.0
"""Forms of publishers, made from what each provider says a person fills in."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.flows.declare import DECLARABLE
from cheeseshop.publishers.flows.register import Wanted, wanted
from cheeseshop.publishers.providers import PROVIDERS
from cheeseshop.publishers.providers.base import InvalidFields, Provider

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class PublisherForm(forms.Form):
    """The fields of one provider; with ``for_new_project``, the name of the project too."""

    def __init__(
        self,
        provider: Provider,
        *args: Any,  # noqa: ANN401 - Django's
        for_new_project: bool = False,
        **kwargs: Any,  # noqa: ANN401 - as above
    ) -> None:
        super().__init__(*args, **kwargs)
        self._provider = provider
        self.wanted: Wanted | None = None
        if for_new_project:
            self.fields["project_name"] = forms.CharField(
                label=gettext("Project name"),
                max_length=200,
                help_text=gettext("The project that the first upload creates. The name is not reserved until then."),
                widget=forms.TextInput(attrs=_PLAIN),
            )
        for spec in provider.specs:
            self.fields[spec.name] = forms.CharField(
                label=str(spec.label) if spec.required else gettext("%(label)s (optional)") % {"label": spec.label},
                help_text=str(spec.hint),
                required=spec.required,
                max_length=spec.longest,
                initial=spec.initial,
                widget=forms.TextInput(attrs=_PLAIN),
            )

    def clean(self) -> dict[str, Any]:
        """Check the fields by the provider's rules."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return told
        values = {spec.name: told.get(spec.name, "") for spec in self._provider.specs}
        try:
            self.wanted = wanted(self._provider.issuer.key, values)
        except InvalidFields as invalid:
            for name, message in invalid.errors.items():
                self.add_error(name, message)
        except Refusal as refusal:
            raise ValidationError(refusal.message) from refusal
        return told


class IssuerForm(forms.Form):
    """An issuer that an administrator declares."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What people read, such as “Our GitLab”."))
    key = forms.SlugField(
        label=_("Key"),
        max_length=40,
        help_text=_("What commands and the API call it: lower-case letters, digits and hyphens."),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("The very text of the claim iss, such as https://gitlab.example.org"),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    provider = forms.ChoiceField(
        label=_("Claims"),
        choices=[
            (
                key,
                _("By the template below")
                if key == "declared"
                else format_lazy(_("Those of {title}"), title=PROVIDERS[key].title),
            )
            for key in DECLARABLE
        ],
    )
    template = forms.CharField(
        label=_("Template"),
        required=False,
        max_length=20_000,
        help_text=_("A JSON object: which claims people fill in, and how they must match."),
        widget=forms.Textarea(attrs=_PLAIN | {"rows": 14}),
    )

    def clean_template(self) -> dict[str, Any]:
        """Read the JSON."""
        text = self.cleaned_data["template"].strip()
        try:
            told = json.loads(text or "{}")
        except (ValueError, RecursionError) as error:
            raise ValidationError(gettext("This is no JSON: %(error)s") % {"error": error}) from error
        if not isinstance(told, dict):
            raise ValidationError(gettext("This is no JSON object."))
        return told
