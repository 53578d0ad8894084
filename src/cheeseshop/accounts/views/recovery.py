# SPDX-License-Identifier: Apache-2.0
"""Recovering an account: what the person does, and what an administrator does."""

from http import HTTPStatus

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.ownership import roles_of
from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts import limits
from cheeseshop.accounts.flows import recover_account as flow
from cheeseshop.accounts.forms import AnswerRecovery, OpenRecovery, ResetPassword
from cheeseshop.accounts.models import Recovery, SecurityEvent
from cheeseshop.accounts.views.settings import administrator, shown
from cheeseshop.core.errors import Missing, Refusal

_BOTH = ["GET", "HEAD", "POST"]
_EVIDENCE = 100


@require_http_methods(_BOTH)
def ask(request: HttpRequest) -> HttpResponse:
    """Open a request. The answer is the same whether or not there is such an account."""
    form = OpenRecovery(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            limits.spend(request, "recover", told["username"].lower(), gettext("Several recoveries were asked for."))
        except limits.TooMany as error:
            form.add_error(None, error)
            return limits.answer(render(request, "account/recover_ask.html", {"form": form}), error)
        flow.open_recovery(flow.Plea(told["username"], told["reach"], told["story"]), request)
        return render(request, "account/recover_asked.html", {"reach": told["reach"]})
    return render(request, "account/recover_ask.html", {"form": form})


def _found(token: str, purpose: str) -> Recovery:
    try:
        return flow.find(token, purpose)
    except Missing as error:
        raise Http404(error.message) from error


@require_http_methods(_BOTH)
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel a request by the link that is in each of its mails, or answer what was asked."""
    recovery = _found(token, "cancel")
    form = AnswerRecovery()
    if request.method == "POST":
        try:
            if "cancel" in request.POST:
                flow.cancel(recovery, "It was cancelled by a mailed link.")
            else:
                form = AnswerRecovery(request.POST)
                if form.is_valid():
                    flow.answer(recovery, form.cleaned_data["answer"])
                    messages.success(request, gettext("Your answer is with the administrators."))
        except Refusal as error:
            messages.error(request, error.message)
        recovery.refresh_from_db()
    return render(request, "account/recover_cancel.html", {"recovery": recovery, "form": form})


@require_http_methods(_BOTH)
def use(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the new password of a granted request, after its waiting period."""
    recovery = _found(token, "use")
    form = ResetPassword(request.POST or None, user=recovery.user)
    try:
        flow.check_usable(recovery)
        if request.method == "POST" and form.is_valid():
            flow.complete(recovery, form.cleaned_data["password1"], request)
            messages.success(request, gettext("Your account is yours again. Log in, and set up a second factor."))
            return redirect("account_login")
    except Refusal as error:
        context = {"recovery": recovery, "reason": error.message}
        return render(request, "account/recover_use.html", context, status=HTTPStatus.CONFLICT)
    return render(request, "account/recover_use.html", {"recovery": recovery, "form": form})


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the requests that wait, to administrators."""
    administrator(request)
    rows = Recovery.objects.select_related("user").order_by("-opened_at")
    waiting = rows.filter(state__in=["open", "asked", "granted"])[:_EVIDENCE]
    ended = rows.exclude(state__in=["open", "asked", "granted"])[:_EVIDENCE]
    return render(request, "account/recoveries.html", {"waiting": waiting, "ended": ended})


class Decide(forms.Form):
    """What an administrator asks, or why they refuse."""

    text = forms.CharField(
        label=_("What to ask, or why it is refused"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "The person reads this. A good proof: a text of yours that they publish in a project's repository."
        ),
    )


@require_http_methods(_BOTH)
def decide(request: HttpRequest, recovery: str) -> HttpResponse:
    """Show the evidence to an administrator, who asks, grants or refuses."""
    decider = administrator(request, SiteAction.RECOVERIES).username
    found = get_object_or_404(Recovery.objects.select_related("user"), pk=recovery)
    form = Decide(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(found, request.POST, form.cleaned_data["text"], decider)
        except Refusal as error:
            messages.error(request, error.message)
        return redirect("recovery", recovery=found.pk)
    context = {
        "recovery": found,
        "form": form,
        "projects": roles_of(found.user_id),
        "addresses": EmailAddress.objects.filter(user=found.user),
        "events": shown(SecurityEvent.objects.filter(user=found.user).order_by("-at")[:_EVIDENCE]),
        "undecided": found.state in {"open", "asked"},
    }
    return render(request, "account/recovery.html", context)


def _decide(recovery: Recovery, pressed: object, text: str, administrator: str) -> None:
    """Do what the pressed button says.

    Raises:
        Refusal: when it can't be done any more, or a text is missing.
    """
    if "grant" in pressed:  # type: ignore[operator]
        flow.grant(recovery, administrator)
    elif not text:
        raise Refusal(gettext("Write what you ask, or why you refuse."))
    elif "ask" in pressed:  # type: ignore[operator]
        flow.ask_for_proof(recovery, text, administrator)
    else:
        flow.cancel(recovery, text, administrator)
