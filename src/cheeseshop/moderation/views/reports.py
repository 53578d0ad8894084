# SPDX-License-Identifier: Apache-2.0
"""The form by which people report a project as malware, and how reporters did so far."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.accounts import limits
from cheeseshop.accounts.gate import gated
from cheeseshop.accounts.views.settings import administrator, me
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.queries import project_named
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.moderation import reports
from cheeseshop.moderation.models import Kind
from cheeseshop.moderation.queries import accuracy
from cheeseshop.publishing.reporting import report


class MalwareReport(forms.Form):
    """Where in the project something is to be seen, and what it is."""

    link = forms.CharField(
        label=_("Where it is"),
        max_length=reports.LONGEST_LINK,
        help_text=_("The address of the file or line under “Look inside”, on this site or on the public inspector."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    summary = forms.CharField(
        label=_("What it does"),
        max_length=reports.LONGEST,
        help_text=format_lazy(
            _(
                "{shortest} to {longest} characters of plain text: what the code does, and how you found it. "
                "Moderators read this."
            ),
            shortest=reports.SHORTEST,
            longest=reports.LONGEST,
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self._project = project

    def clean_link(self) -> str:
        """Check that it leads into this project."""
        try:
            return reports.check_link(self.cleaned_data["link"], self._project.normalized_name)
        except Refusal as error:
            raise ValidationError(error.message) from error

    def clean_summary(self) -> str:
        """Check length and form."""
        try:
            return reports.check_summary(self.cleaned_data["summary"])
        except Refusal as error:
            raise ValidationError(error.message) from error


@require_http_methods(["GET", "HEAD", "POST"])
@gated
def malware(request: HttpRequest, name: str) -> HttpResponse:
    """Take a report of malware from somebody who is logged in with a second factor."""
    user = me(request)
    try:
        project = project_named(name)
    except Missing as error:
        raise Http404(error.message) from error
    form = MalwareReport(project, request.POST or None)
    context = {"project": project, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "moderation/report.html", context)
    try:
        limits.spend(request, "report_malware", str(user.pk), gettext("You sent many reports."))
        told = form.cleaned_data
        report(reports.Report(project.pk, Kind.MALWARE, told["summary"], told["link"], by_form=True), user)
    except limits.TooMany as error:
        form.add_error(None, error)
        return limits.answer(render(request, "moderation/report.html", context), error)
    except Refusal as error:
        form.add_error(None, error.message)
        return render(request, "moderation/report.html", context)
    messages.success(
        request, gettext("Thank you. Your report of %(name)s is with the moderators.") % {"name": project.name}
    )
    return redirect("project", name=project.normalized_name)


@require_safe
def reporters(request: HttpRequest) -> HttpResponse:
    """Show how often those who reported most were right."""
    administrator(request)
    return render(request, "moderation/reporters.html", {"reporters": accuracy()})
