# SPDX-License-Identifier: Apache-2.0
"""What administrators see of observations."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.accounts.views.settings import administrator, page_number
from cheeseshop.core.errors import Refusal
from cheeseshop.moderation import flows
from cheeseshop.moderation.models import Kind, Observation, Subject, Verdict
from cheeseshop.moderation.queries import Wanted, observations


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List what was observed, newest first: of one kind or of one subject, undecided or all."""
    administrator(request)
    asked = {name: request.GET.get(name, "").replace("\0", "") for name in ("kind", "subject", "all")}
    number = page_number(request)
    wanted = Wanted(asked["kind"], asked["subject"].strip().lower(), undecided=not asked["all"])
    found, more = observations(wanted, number)
    context = {"observations": found, "page": number, "more": more, "asked": asked, "kinds": Kind.choices}
    return render(request, "moderation/observations.html", context)


class Decide(forms.Form):
    """What is made of an observation."""

    note = forms.CharField(
        label="Note", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="For us."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, observation: UUID) -> HttpResponse:
    """Show one observation, and take the verdict."""
    user = administrator(request)
    found = get_object_or_404(Observation, pk=observation)
    form = Decide(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = Verdict.CONFIRMED if "confirmed" in request.POST else Verdict.HARMLESS
        try:
            flows.decide(found.pk, verdict, form.cleaned_data["note"], user.username)
            messages.success(request, f"{found.subject}: {verdict.label.lower()}.")
        except Refusal as error:
            messages.error(request, error.message)
        return redirect("observations")
    context = {"observation": found, "form": form, "payload": sorted(found.payload.items())}
    if found.subject_kind in {Subject.PROJECT, Subject.RELEASE}:
        name, _, version = found.subject.partition(" ")
        context["subject_project"] = urlencode({"project": name, "version": version, "evidence": found.summary})
    return render(request, "moderation/observation.html", context)
