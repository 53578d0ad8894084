# SPDX-License-Identifier: Apache-2.0
"""What is in quarantine: the queue, putting something in, and clearing it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cheeseshop.access.ownership import owners_of
from cheeseshop.access.permissions import Action
from cheeseshop.accounts import limits
from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.accounts.views.settings import administrator, me, page_number
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.manage.views.common import project_of, shell
from cheeseshop.moderation import appeals, cases
from cheeseshop.moderation.forms import Answer, Appealing, Clear, Hold, OfUser
from cheeseshop.moderation.models import Case
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.web.errors import Explained

_BOTH = ["GET", "HEAD", "POST"]
_APPEALS = 20


@require_http_methods(["GET", "HEAD"])
def queue(request: HttpRequest) -> HttpResponse:
    """List what is in quarantine, the one that waits longest first."""
    administrator(request)
    asked = {n: request.GET.get(n, "").replace("\0", "").strip() for n in ("project", "all", "by", "appealed")}
    number = page_number(request)
    found, more = cases.listed(_wanted(asked), number)
    context = {"forgotten": now() - cases.FORGOTTEN, "cases": found, "page": number, "more": more, "asked": asked}
    return render(request, "moderation/quarantine.html", context)


def _wanted(asked: dict[str, str]) -> cases.Asked:
    return cases.Asked(asked["project"], bool(asked["all"]), asked["by"], bool(asked["appealed"]))


@require_http_methods(_BOTH)
@sensitive_to_change
def new(request: HttpRequest) -> HttpResponse:
    """Put something into quarantine."""
    user = administrator(request)
    form = Hold(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        order = Order(form.held, told["reason"], user.username, told["evidence"])
        if _done(request, lambda: quarantining.hold(order), gettext("It is in quarantine.")):
            return redirect("quarantine")
    return render(request, "moderation/hold.html", {"form": form})


@require_http_methods(_BOTH)
@sensitive_to_change
def of_user(request: HttpRequest) -> HttpResponse:
    """Put every project of a person into quarantine, or take them out."""
    user = administrator(request)
    form = OfUser(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person, reason = form.user, form.cleaned_data["reason"]
        flow = quarantining.clear_all_of if "clear" in request.POST else quarantining.hold_all_of
        said = (
            gettext("%(count)s of %(username)s's projects: now out of quarantine.")
            if "clear" in request.POST
            else gettext("%(count)s of %(username)s's projects: now in quarantine.")
        )
        try:
            count = flow(person.pk, reason, user.username)
            messages.success(request, said % {"count": count, "username": person.username})
        except Refusal as error:
            messages.error(request, error.message)
        return redirect("quarantine")
    return render(request, "moderation/hold_user.html", {"form": form})


@require_http_methods(_BOTH)
@sensitive_to_change
def one(request: HttpRequest, case: UUID) -> HttpResponse:
    """Show a case, and clear its subject."""
    user = administrator(request)
    found = get_object_or_404(Case, pk=case)
    answer = Answer(request.POST if "answer" in request.POST else None)
    if answer.is_valid():
        text = answer.cleaned_data["text"]
        _done(request, lambda: appeals.answer(found.pk, text, user.username), gettext("Your answer is sent."))
        return redirect("quarantine-case", case=found.pk)
    form = Clear(request.POST if "clear" in request.POST else None)
    if form.is_valid():
        note = form.cleaned_data["note"]
        _done(
            request,
            lambda: quarantining.clear(found.pk, note, user.username),
            gettext("%(title)s is cleared.") % {"title": found.title},
        )
        return redirect("quarantine")
    return render(request, "moderation/case.html", _shown(found, form, answer))


def _shown(case: Case, form: Clear, answer: Answer) -> dict[str, Any]:
    said = list(case.appeals.order_by("-id")[:_APPEALS])
    waiting = next((each for each in said if each.answered_at is None), None)
    return {"case": case, "form": form, "answer": answer, "appeals": said, "waiting": waiting}


@require_http_methods(_BOTH)
@sensitive_to_change
def of_project(request: HttpRequest, name: str) -> HttpResponse:
    """Show a project's people what of it is in quarantine and why; its owners appeal."""
    project, user = project_of(request, name, Action.READ)
    owner = user.pk in owners_of(project.pk)
    found = appeals.open_cases(project.pk)
    form = Appealing(request.POST or None, initial={"case": found[0].pk if found else ""})
    if request.method == "POST":
        if not owner:
            raise Explained(gettext("Only owners of %(name)s appeal.") % {"name": project.name})
        if form.is_valid() and _appealed(request, project, form):
            return redirect("project-quarantine", name=project.normalized_name)
    page = {**shell(request, project, "manage-settings"), "cases": found, "form": form, "owner": owner}
    page["placed"] = any(str(c.pk) == request.POST.get("case") and not c.waiting for c in found)  # type: ignore[attr-defined]
    reply = render(request, "moderation/of_project.html", page | {"answered": appeals.answered(project.pk)})
    for error in form.errors.as_data().get(NON_FIELD_ERRORS, ()):
        if isinstance(error, limits.TooMany):
            return limits.answer(reply, error)
    return reply


def _appealed(request: HttpRequest, project: Project, form: Appealing) -> bool:
    user = me(request)
    try:
        limits.spend(request, "appeal", str(user.pk), gettext("You sent many appeals."))
        appeals.write(project, form.cleaned_data["case"], form.cleaned_data["text"], user)
    except limits.TooMany as error:
        form.add_error(None, error)
        return False
    except Refusal as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, gettext("Your appeal is with the moderators. You are mailed what they answer."))
    return True


def _done(request: HttpRequest, flow: Callable[[], None], said: str) -> bool:
    try:
        flow()
    except Refusal as error:
        messages.error(request, error.message)
        return False
    messages.success(request, said)
    return True
