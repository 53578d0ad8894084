# SPDX-License-Identifier: Apache-2.0
"""Logging in, registering, resetting: what people do before they are inside."""

from http import HTTPStatus
from typing import Any

from allauth.account import views as account
from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST, require_safe

from cheeseshop.accounts import captcha, history, limits
from cheeseshop.accounts.passwords import LONGEST, STRONG_ENOUGH, score
from cheeseshop.accounts.stages import ConfirmDeviceStage
from cheeseshop.core import current

_WORDS = (_("very easy to guess"), _("easy to guess"), _("good enough"), _("strong"), _("very strong"))


class LimitedForm:
    """Answers 429 with the time to wait where a form was refused because of too many tries."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, with the status that its error has."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        told = (e for errors in form.errors.as_data().values() for e in errors)
        longest = max((e for e in told if isinstance(e, limits.TooMany)), key=lambda e: e.seconds, default=None)
        return response if longest is None else limits.answer(response, longest)


class Login(LimitedForm, account.LoginView):  # type: ignore[misc]
    """Log in with username and password."""


class Register(LimitedForm, account.SignupView):  # type: ignore[misc]
    """Open an account."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the captcha, where one is asked for."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        found["captcha"] = captcha.provider() if captcha.is_required() else None
        found["captcha_site_key"] = current.settings().captcha_site_key
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let the page load the captcha."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        captcha.allow(response)
        return response


class Authenticate(LimitedForm, mfa.AuthenticateView):  # type: ignore[misc]
    """Give the second factor."""


class Reset(account.PasswordResetView):  # type: ignore[misc]
    """Ask for a link that resets the password."""


class Reauthenticate(LimitedForm, account.ReauthenticateView):  # type: ignore[misc]
    """Confirm the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Write it down, then go on with what was meant."""
        history.record(self.request.user, "account:reauthenticated", self.request)
        return super().form_valid(form)  # type: ignore[no-any-return]


class OwnLogIn:
    """Leads to the log-in page where only the issuer's log-in counts: nothing of ours may lead around it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Pass the request on where log-ins of our own are on."""
        if not current.settings().password_login:
            return redirect("account_login")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


class Passkey(OwnLogIn, webauthn.LoginWebAuthnView):  # type: ignore[misc]
    """Log in with a passkey."""


class ResetFromKey(OwnLogIn, account.PasswordResetFromKeyView):  # type: ignore[misc]
    """Choose a new password by a mailed link, and log in with it."""


@require_safe
def reset_link(request: HttpRequest) -> HttpResponse:
    """Lead the link form ``?token=UID-KEY`` to the page that resets a password."""
    uid, _, key = request.GET.get("token", "").partition("-")
    if not uid.isalnum() or not key:
        return redirect("account_reset_password")
    return redirect("account_reset_password_from_key", uidb36=uid, key=key)


@login_stage_required(stage=ConfirmDeviceStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]
@require_GET
def confirm_login(request: HttpRequest) -> HttpResponse:
    """Say that a mail was sent; with its token, in the browser that asked, finish the log-in."""
    stage: ConfirmDeviceStage = request._login_stage  # type: ignore[attr-defined]  # noqa: SLF001 - allauth's way
    token = request.GET.get("token")
    if token is None:
        return render(request, "account/confirm_login.html", {"user_name": stage.login.user.username})
    if not stage.accepts(token):
        return render(request, "account/confirm_login.html", {"failed": True}, status=HTTPStatus.BAD_REQUEST)
    history.record(stage.login.user, "account:login:new_device_confirmed", request)
    return stage.exit()  # type: ignore[no-any-return]


@require_POST
@csrf_protect
def password_strength(request: HttpRequest) -> JsonResponse:
    """Answer how strong a password is that is being typed, in words. Nothing of it is kept."""
    try:
        limits.spend(request, "password_strength", "", gettext("Too many questions."))
    except limits.TooMany as error:
        return limits.answer(JsonResponse({"error": error.messages[0]}), error)
    told = {name: request.POST.get(name, "")[:LONGEST] for name in ("password", "username", "email", "full_name")}
    points, advice = score(told["password"], told["username"], told["email"], told["full_name"])
    return JsonResponse({"score": points, "enough": points >= STRONG_ENOUGH, "text": _WORDS[points], "advice": advice})
