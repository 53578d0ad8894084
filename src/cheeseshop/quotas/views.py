# SPDX-License-Identifier: Apache-2.0
"""Asking for larger limits, and the administrators' queue."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.permissions import Action
from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts.views.settings import administrator
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Refusal
from cheeseshop.core.sizes import GIB, MIB
from cheeseshop.manage.views.common import BOTH, attempt, project_of, shell
from cheeseshop.quotas import flows
from cheeseshop.quotas.forms import Answer, Ask, Decide
from cheeseshop.quotas.models import LimitRequest

_SHOWN = 100


@require_http_methods(BOTH)
def limits(request: HttpRequest, name: str) -> HttpResponse:
    """Show a project's limits and what was asked for; ask, answer or withdraw."""
    project, user = project_of(request, name, Action.ADMIN)
    present = flows.limits_now(project)
    requests = LimitRequest.objects.filter(project=project).select_related("asked_by").order_by("-id")[:_SHOWN]
    waiting = next((each for each in requests if each.undecided), None)
    ask, answer = Ask(present), Answer()
    if request.method == "POST":
        if waiting is not None and "withdraw" in request.POST:
            attempt(request, lambda: flows.withdraw(waiting, user), gettext("The request is withdrawn."))
            return redirect("project-limits", name=project.normalized_name)
        if waiting is not None:
            answer = Answer(request.POST)
            if answer.is_valid():
                attempt(
                    request,
                    lambda: flows.answer(waiting, answer.cleaned_data["answer"]),
                    gettext("Your answer is sent."),
                )
                return redirect("project-limits", name=project.normalized_name)
        else:
            ask = Ask(present, request.POST)
            if _asked(request, project, ask):
                return redirect("project-limits", name=project.normalized_name)
    context = {
        "present": present,
        "waiting": waiting,
        "requests": [each for each in requests if not each.undecided],
        "can_ask": flows.can_ask(project),
        "ask": ask,
        "answer": answer,
    }
    return render(request, "quotas/limits.html", shell(request, project, "manage-settings") | context)


def _asked(request: HttpRequest, project: Project, form: Ask) -> bool:
    """Ask for what the form says. Returns whether that was done; otherwise the form has an error."""
    if not form.is_valid():
        return False
    _, user = project_of(request, project.normalized_name, Action.ADMIN)
    try:
        flows.ask(project.pk, form.wanted, form.cleaned_data["reason"], user)
    except Refusal as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, gettext("Your request is with the administrators. You are mailed what they decide."))
    return True


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the requests that wait, and those that were decided last, to administrators."""
    administrator(request)
    rows = LimitRequest.objects.select_related("project", "asked_by").order_by("-id")
    waiting = rows.filter(state__in=["open", "asked"])[:_SHOWN]
    ended = rows.exclude(state__in=["open", "asked"])[:_SHOWN]
    return render(request, "quotas/queue.html", {"waiting": waiting, "ended": ended})


@require_http_methods(BOTH)
def decide(request: HttpRequest, limit_request: UUID) -> HttpResponse:
    """Show a request to an administrator, who asks, grants or declines."""
    user = administrator(request, SiteAction.LIMITS)
    found = get_object_or_404(LimitRequest.objects.select_related("project", "asked_by"), pk=limit_request)
    present = flows.limits_now(found.project)
    initial = {
        "file_size": found.file_size and found.file_size // MIB,
        "total_size": found.total_size and found.total_size // GIB,
    }
    form = Decide(present, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _decided(request, found, form, user.username):
        return redirect("limit-requests")
    context = {
        "found": found,
        "form": form,
        "present": present,
        "wanted": flows.Wanted(found.file_size, found.total_size),
    }
    return render(request, "quotas/request.html", context)


def _decided(request: HttpRequest, found: LimitRequest, form: Decide, administrator: str) -> bool:
    text = form.cleaned_data["text"]
    if "grant" in request.POST:
        return attempt(
            request,
            lambda: flows.grant(found, form.wanted, text, administrator),
            gettext("%(name)s has %(wanted)s now.") % {"name": found.project.name, "wanted": form.wanted},
        )
    if not text:
        form.add_error("text", gettext("Write what you ask, or why you decline."))
        return False
    if "ask" in request.POST:
        return attempt(
            request, lambda: flows.put_question(found, text, administrator), gettext("The owners are asked.")
        )
    return attempt(request, lambda: flows.decline(found, text, administrator), gettext("The request is declined."))
