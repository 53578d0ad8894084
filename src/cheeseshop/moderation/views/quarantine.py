# SPDX-License-Identifier: Apache-2.0
"""What is in quarantine: the queue, putting something in, and clearing it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.accounts.views.settings import administrator, page_number
from cheeseshop.core.errors import Refusal
from cheeseshop.moderation import cases
from cheeseshop.moderation.forms import Clear, Hold, OfUser
from cheeseshop.moderation.models import Case
from cheeseshop.publishing import quarantining
from cheeseshop.publishing.quarantining import Order

_BOTH = ["GET", "HEAD", "POST"]


@require_http_methods(["GET", "HEAD"])
def queue(request: HttpRequest) -> HttpResponse:
    """List what is in quarantine, the one that waits longest first."""
    administrator(request)
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("project", "all")}
    number = page_number(request)
    found, more = cases.listed(cases.Asked(asked["project"], closed=bool(asked["all"])), number)
    context = {"cases": found, "page": number, "more": more, "asked": asked}
    return render(request, "moderation/quarantine.html", context)


@require_http_methods(_BOTH)
@sensitive_to_change
def new(request: HttpRequest) -> HttpResponse:
    """Put something into quarantine."""
    user = administrator(request)
    form = Hold(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        order = Order(form.held, told["reason"], user.username, told["evidence"])
        if _done(request, lambda: quarantining.hold(order), "It is in quarantine."):
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
        said = "out of" if "clear" in request.POST else "in"
        try:
            count = flow(person.pk, reason, user.username)
            messages.success(request, f"{count} of {person.username}'s projects: now {said} quarantine.")
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
    form = Clear(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        _done(request, lambda: quarantining.clear(found.pk, note, user.username), f"{found.title} is cleared.")
        return redirect("quarantine")
    return render(request, "moderation/case.html", {"case": found, "form": form})


def _done(request: HttpRequest, flow: Callable[[], None], said: str) -> bool:
    try:
        flow()
    except Refusal as error:
        messages.error(request, error.message)
        return False
    messages.success(request, said)
    return True
