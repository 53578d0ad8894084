# SPDX-License-Identifier: Apache-2.0
"""The gate before ``/manage/`` and ``/admin/``: a verified address, then a second factor, then confirmed codes."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from cheeseshop.accounts.history import address_of
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import is_prohibited, person
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.web.errors import Explained, forbidden

_GUARDED = ("/manage/", "/admin/")
_ACCOUNT = "/manage/account/"
_ENTRANCE = (
    "/account/login/",
    "/account/register/",
    "/account/passkey/",
    "/account/two-factor/",
    "/account/request-password-reset/",
    "/account/recover/",
    "/account/sso/",
)
_WITHOUT_ADDRESS = ("/manage/unverified-account/", "/manage/account/emails/", "/manage/account/delete/")
_WITHOUT_FACTOR = (
    *_WITHOUT_ADDRESS,
    "/manage/account/two-factor/",
    "/manage/account/totp-",
    "/manage/account/webauthn-",
    "/manage/account/recovery-codes/",
    "/manage/account/password/",
    "/manage/account/history/",
    "/manage/account/sessions/",
)
_TOUCH = timedelta(minutes=5)


class Gate:
    """Leads a person to what is missing, and keeps a session alive while it is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or lead elsewhere."""
        path = request.path
        user = request.user if path.startswith((*_GUARDED, "/account/")) else None
        if isinstance(user, User):
            _touch(request)
        if path.startswith(_GUARDED):
            elsewhere = self._elsewhere(request, path, user)
            if elsewhere is not None:
                return elsewhere
        if request.method == "POST" and path.startswith(_ENTRANCE) and is_prohibited(address_of(request)):
            return forbidden(
                request,
                Explained(
                    gettext("Nobody enters from your network; write to %(contact)s.")
                    % {"contact": current.settings().contact}
                ),
            )
        response = self._get_response(request)
        if path.startswith((*_GUARDED, "/account/")):
            response["Cache-Control"] = "private, no-store"
        return response

    @staticmethod
    def _elsewhere(request: HttpRequest, path: str, user: object) -> HttpResponse | None:
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        found = person(user.pk)
        if found is None or not found.may_act or found.is_service:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if not found.has_verified_address:
            return None if path.startswith(_WITHOUT_ADDRESS) else redirect("unverified-account")
        if path == _ACCOUNT or path.startswith(_WITHOUT_FACTOR):
            return None
        if not found.has_two_factors:
            return redirect("mfa_index")
        return None if codes_confirmed(user) else redirect("confirm-recovery-codes")


def gated(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Put the gate before one view that lies elsewhere: it needs a person with a verified address and two factors."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        response = Gate._elsewhere(request, "", user) or view(request, *args, **kwargs)  # noqa: SLF001 - its own module
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


def codes_confirmed(user: User) -> bool:
    """Tell whether a person typed one of their recovery codes since they were made. True where there are none."""
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return codes is None or bool(codes.data.get("confirmed_at"))


def _touch(request: HttpRequest) -> None:
    """Prolong the session, at most every five minutes: each time is a write."""
    seen = request.session.get("seen", 0)
    moment = now()
    if moment.timestamp() - seen < _TOUCH.total_seconds():
        return
    request.session["seen"] = moment.timestamp()
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=moment)
