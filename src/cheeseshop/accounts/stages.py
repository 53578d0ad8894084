# SPDX-License-Identifier: Apache-2.0
"""The step between a phishable second factor and the session: a device that nobody knows is confirmed by mail."""

import hashlib
import secrets
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.stages import LoginStage
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cheeseshop.accounts import history
from cheeseshop.accounts.models import KnownDevice, User
from cheeseshop.core import current

COOKIE = "known_device"
COOKIE_AGE = 365 * 24 * 3600
LINK_AGE = 6 * 3600
_SALT = "cheeseshop.confirm-device"


class ConfirmDeviceStage(LoginStage):  # type: ignore[misc]
    """After a code (of an application, or for recovery): is the browser or the address known? If not, mail a link.

    Security devices are bound to the site and can't be phished, so that they need no mail.
    """

    key = "confirm_device"
    urlname = "account_confirm_login"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Let known devices through; send a mail to the others, once."""
        user: User = self.login.user
        if user is None or not _used_a_code(self.request, user) or is_known(self.request, user):
            return None, True
        if "secret" not in self.state:
            self.state["secret"] = secrets.token_urlsafe(16)
            link = f"{current.settings().url}{reverse('account_confirm_login')}?token={self.token()}"
            history.record(user, "account:login:new_device", self.request)
            history.mail(
                user,
                "new-device",
                link=link,
                address=history.address_of(self.request),
                agent=history.agent_of(self.request),
            )
        return redirect("account_confirm_login"), True

    def token(self) -> str:
        """Return what the mailed link carries: it counts only in the session that knows the secret."""
        return signing.dumps([str(self.login.user.pk), self.state["secret"]], salt=_SALT)

    def accepts(self, token: str) -> bool:
        """Tell whether a link belongs to this log-in and is not too old."""
        try:
            told: Any = signing.loads(token, salt=_SALT, max_age=LINK_AGE)
        except signing.BadSignature:
            return False
        mine = [str(self.login.user.pk), self.state.get("secret")]
        return secrets.compare_digest(str(told), str(mine))


def _used_a_code(request: HttpRequest, user: User) -> bool:
    kinds = {r.get("type") for r in get_authentication_records(request, user) if r.get("method") == "mfa"}
    return bool(kinds & {"totp", "recovery_codes"}) and "webauthn" not in kinds


def is_known(request: HttpRequest, user: User) -> bool:
    """Tell whether a person logged in before from this browser or this address."""
    return KnownDevice.objects.filter(user=user, mark__in=_marks(request)).exists()


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Keep that a person logged in from this browser and this address."""
    value = request.COOKIES.get(COOKIE) or secrets.token_urlsafe(32)
    marks = [_browser_mark(value), _address_mark(request)]
    KnownDevice.objects.bulk_create([KnownDevice(user=user, mark=m) for m in marks], ignore_conflicts=True)
    secure = current.settings().is_https
    response.set_cookie(
        COOKIE, value, max_age=COOKIE_AGE, path="/account/", secure=secure, httponly=True, samesite="Lax"
    )


def _marks(request: HttpRequest) -> list[str]:
    value = request.COOKIES.get(COOKIE, "")
    return [_address_mark(request), *([_browser_mark(value)] if value else [])]


def _browser_mark(value: str) -> str:
    return "browser:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _address_mark(request: HttpRequest) -> str:
    return "address:" + history.address_of(request)
