# SPDX-License-Identifier: Apache-2.0
"""From allauth's signals to the security history."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from cheeseshop.accounts import history, stages
from cheeseshop.accounts.flows.passwords import end_sessions
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.mail_domains.models import LapsedAddress

_RECORDS = "account_authentication_methods"
_MONTH = 30 * 24 * 3600


def _signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    history.record(user, "account:create", request)


def _logged_in(request: HttpRequest, user: User, response: HttpResponse, **_: Any) -> None:
    """Write the log-in with what it was done by, count it as a confirmation, and remember the device."""
    if not request.session.get(_RECORDS):
        record_authentication(request, user, method="registration")
    records = request.session[_RECORDS]
    for each in records:  # allauth counts only later confirmations; ours is a new one (held by a test)
        each["reauthenticated"] = True
    request.session[_RECORDS] = records
    methods = ", ".join(dict.fromkeys(str(r.get("type", r["method"])) for r in records))
    history.record(user, "account:login:success", request, methods)
    stages.remember(request, response, user)
    _remind_of_codes(user)


def _remind_of_codes(user: User) -> None:
    """Tell who has a second factor and no recovery codes, once a month."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    missing = bool(kinds) and Authenticator.Type.RECOVERY_CODES not in kinds
    if missing and cache.add(f"codes-missing:{user.pk}", 1, _MONTH):
        history.mail(user, "codes-missing")


def _login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    name = str(credentials.get("username", ""))
    user = user_named(name)
    if user is not None:
        history.record(user, "account:login:failure", request)


def _logged_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        history.record(user, "account:logout", request)


def _password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    history.record(user, "account:password:change", request)


def _password_reset(request: HttpRequest, user: User, **_: Any) -> None:
    end_sessions(user)
    history.record(user, "account:password:reset", request)


def _email_added(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    history.record(email_address.user, "account:email:add", request, email_address.email, email=email_address.email)


def _email_removed(request: HttpRequest, user: User, email_address: EmailAddress, **_: Any) -> None:
    history.record(user, "account:email:remove", request, email_address.email, email=email_address.email)


def _email_confirmed(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    LapsedAddress.objects.filter(address=email_address).delete()  # who is inside has proved it anew
    history.record(email_address.user, "account:email:verified", request, email_address.email)


def _email_changed(
    request: HttpRequest, user: User, from_email_address: EmailAddress | None, to_email_address: EmailAddress, **_: Any
) -> None:
    old, new = from_email_address.email if from_email_address else "", to_email_address.email
    history.record(user, "account:email:primary:change", request, f"{old} → {new}", old=old, email=new)


def method_name(authenticator: Authenticator) -> str:
    """Write which method an authenticator is."""
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        return f"Security device “{authenticator.wrap().name}”"
    if authenticator.type == Authenticator.Type.TOTP:
        return "Authentication application"
    return "Recovery codes"


def _factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        history.record(user, "account:recovery_codes:generated", request)
        return
    name = method_name(authenticator)
    history.record(user, "account:two_factor:method_added", request, name, method=name)


def _factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    name = method_name(authenticator)
    history.record(user, "account:two_factor:method_removed", request, name, method=name)


def _codes_reset(request: HttpRequest, user: User, **_: Any) -> None:
    history.record(user, "account:recovery_codes:generated", request)


def _factor_used(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    left = len(authenticator.wrap().get_unused_codes())
    history.record(user, "account:recovery_codes:used", request, f"{left} left", left=left)
    if not left:
        history.mail(user, "codes-all-used")


def _factor_failed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    history.record(user, "account:two_factor:failure", request, method_name(authenticator))


def connect() -> None:
    """Connect everything. Called once, when the application is ready."""
    for signal, receiver in (
        (account.user_signed_up, _signed_up),
        (account.user_logged_in, _logged_in),
        (user_login_failed, _login_failed),
        (user_logged_out, _logged_out),
        (account.password_changed, _password_changed),
        (account.password_set, _password_changed),
        (account.password_reset, _password_reset),
        (account.email_added, _email_added),
        (account.email_removed, _email_removed),
        (account.email_confirmed, _email_confirmed),
        (account.email_changed, _email_changed),
        (mfa.authenticator_added, _factor_added),
        (mfa.authenticator_removed, _factor_removed),
        (mfa.authenticator_reset, _codes_reset),
        (mfa.authenticator_used, _factor_used),
        (mfa.authentication_failed, _factor_failed),
    ):
        signal.connect(receiver, dispatch_uid=f"cheeseshop.{receiver.__name__}.{id(signal)}")
