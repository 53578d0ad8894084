# SPDX-License-Identifier: Apache-2.0
"""Disabling passwords that are known from a breach, and setting one by command."""

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from cheeseshop.accounts import history, limits
from cheeseshop.accounts.breached import is_breached
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.core.errors import Refusal


def disable_password(user: User, request: HttpRequest | None) -> None:
    """Make a password useless and end every log-in. Only a reset by mail gives a new one."""
    with transaction.atomic():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        end_sessions(user)
        history.record(user, "account:password:disabled", request)


def end_sessions(user: User) -> None:
    """Log a person out everywhere, and end what was granted to them and is cached."""
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    for session in UserSession.objects.filter(user=user):
        session.end()


def set_password(user: User, password: str) -> None:
    """Set a password, as an administrator does by command.

    Raises:
        Refusal: when it is empty, or the account is a service account.
    """
    if user.is_service:
        raise Refusal(f"{user.username} is a service account, which has no password; make it a token instead.")
    if not password:
        raise Refusal("The password is empty; pipe it to standard input.")
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        end_sessions(user)
        history.record(user, "account:password:change", detail="by an administrator")


def examine_password(username: str, password: str, address: str, agent: str) -> None:
    """Look at a real password that was sent where only a token counts: under the log-in limits, and for breaches.

    Says nothing to the caller, whose answer is the same in every case.
    """
    request = as_request(address, agent)
    try:
        spent = limits.spend_log_in(request, username)
    except limits.TooMany:
        return
    user = user_named(username)
    if user is None or not user.has_usable_password():
        User().set_password(password)  # takes the time that checking one does
        return
    if not user.check_password(password):
        history.record(user, "account:login:failure", request, "password sent instead of a token")
        return
    spent.rollback()
    if is_breached(password):
        disable_password(user, request)


def as_request(address: str, agent: str) -> HttpRequest:
    """Return a request that says where somebody comes from, for limits and the history outside of Django's views."""
    request = HttpRequest()
    request.method = "POST"
    request.user = AnonymousUser()
    request.META = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
    return request
