# SPDX-License-Identifier: Apache-2.0
"""What administrators see of observations."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from packaging.utils import canonicalize_name

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts.views.settings import administrator, page_number
from cheeseshop.core.errors import Conflict, Refusal
from cheeseshop.moderation.models import Kind, Observation, Subject, Verdict
from cheeseshop.moderation.queries import Wanted, observations
from cheeseshop.moderation.verdicts import LONGEST_REASON, Judgement, judge
from cheeseshop.publishing import judging


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

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        required=False,
        help_text=_("Whoever reported it reads this; for a quarantine and a removal everybody concerned does."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For moderators alone: the evidence."),
    )
    what = forms.CharField(
        label=_("Version or file name"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("To remove only that."),
    )
    confirm = forms.CharField(
        label=_("Name of the project"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Type it to remove the whole project as malware, for ever: its name is prohibited, and everybody with"
            " a role of their own on it is frozen."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, observation: UUID) -> HttpResponse:
    """Show one observation, and take the verdict."""
    user = administrator(request)
    found = get_object_or_404(Observation, pk=observation)
    if request.method == "POST" and found.verdict:
        messages.error(request, gettext("This observation was decided already; look at it again."))
        return redirect("observation", observation=found.pk)
    form = Decide(request.POST or None)
    if request.method == "POST" and form.is_valid() and _judged(request, found, form, user.username):
        return redirect("observations")
    context = {"observation": found, "form": form, "payload": sorted(found.payload.items())}
    if found.subject_kind in {Subject.PROJECT, Subject.RELEASE}:
        name, _, version = found.subject.partition(" ")
        context["subject_project"] = urlencode({"project": name, "version": version, "evidence": found.summary})
    context["acts"] = found.project_id is not None
    return render(request, "moderation/observation.html", context)


def _judged(request: HttpRequest, found: Observation, form: Decide, moderator: str) -> bool:
    """Do what the pressed button says. Returns whether it was done; otherwise the form has an error."""
    told = form.cleaned_data
    judgement = Judgement(found.pk, moderator, told["reason"], told["note"])
    try:
        said = _act(request, found, judgement, told)
    except Conflict as error:  # somebody else did it: there is nothing to fill in any more
        messages.error(request, error.message)
        return True
    except Refusal as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, f"{found.subject}: {said}.")
    return True


def _act(request: HttpRequest, found: Observation, judgement: Judgement, told: dict[str, str]) -> str:
    if "quarantine" in request.POST:
        judging.quarantine(judgement)
        return "in quarantine; the observation waits for its verdict"
    if {"remove", "malware"} & request.POST.keys():
        administrator(request, SiteAction.REMOVE)
    if "remove" in request.POST:
        if not told["what"]:
            raise Refusal(gettext("Type the version or the file name that is to be removed."))
        return f"the {judging.remove_part(judgement, told['what'])} is removed"
    if "malware" in request.POST:
        if not told["confirm"] or canonicalize_name(told["confirm"]) != found.subject.partition(" ")[0]:
            raise Refusal(gettext("Type the name of the project to remove it as malware."))
        frozen = judging.remove_malware(judgement)
        return f"removed as malware; frozen: {', '.join(frozen) or 'nobody'}"
    verdict = Verdict.CONFIRMED if "confirmed" in request.POST else Verdict.HARMLESS
    judge(judgement, verdict)
    return str(verdict.label).lower()
