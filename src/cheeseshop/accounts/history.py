# SPDX-License-Identifier: Apache-2.0
"""The security history: one function writes an event and sends the mail that belongs to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.mail_domains.queries import has_lapsed
from cheeseshop.notify.flows import send

_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Kind:
    """What a person reads of an event, and which mail it sends, if any."""

    text: str | Promise
    mail: str = ""


KINDS = {
    "account:create": Kind(_("Account created")),
    "account:delete": Kind(_("Account deleted"), "account-deleted"),
    "account:login:success": Kind(_("Logged in")),
    "account:login:failure": Kind(_("Log-in failed")),
    "account:login:limited": Kind(_("Log-in refused: too many failures")),
    "account:login:new_device": Kind(_("Log-in from a device that was not known")),
    "account:login:new_device_confirmed": Kind(_("Device confirmed"), "new-device-confirmed"),
    "account:logout": Kind(_("Logged out")),
    "account:sessions:ended": Kind(_("Other sessions logged out")),
    "account:reauthenticated": Kind(_("Password confirmed for a sensitive action")),
    "account:password:change": Kind(_("Password changed"), "password-changed"),
    "account:password:disabled": Kind(_("Password disabled: known from a breach"), "password-breached"),
    "account:password:reset:request": Kind(_("Password reset asked for")),
    "account:password:reset": Kind(_("Password reset"), "password-reset-done"),
    "account:email:add": Kind(_("E-mail address added"), "address-added"),
    "account:email:remove": Kind(_("E-mail address removed"), "address-removed"),
    "account:email:verified": Kind(_("E-mail address verified")),
    "account:email:unverified": Kind(_("E-mail address not verified any more"), "address-unverified"),
    "account:email:primary:change": Kind(_("Primary e-mail address changed"), "primary-changed"),
    "account:email:reverify": Kind(_("E-mail address must be verified again"), "address-reverify"),
    "account:two_factor:method_added": Kind(_("Two-factor method added"), "factor-added"),
    "account:two_factor:method_removed": Kind(_("Two-factor method removed"), "factor-removed"),
    "account:two_factor:failure": Kind(_("Wrong second factor")),
    "account:two_factor:device_remembered": Kind(_("Browser remembered for 30 days")),
    "account:recovery_codes:generated": Kind(_("Recovery codes made"), "codes-made"),
    "account:recovery_codes:confirmed": Kind(_("Recovery codes confirmed")),
    "account:recovery_codes:used": Kind(_("Recovery code used"), "codes-used"),
    "account:api_token:added": Kind(_("API token created"), "token-created"),
    "account:api_token:first_used": Kind(_("API token used for the first time")),
    "account:api_token:removed": Kind(_("API token removed"), "token-removed"),
    "account:api_token:removed_leak": Kind(_("API token revoked: found in public"), "token-leaked"),
    "account:oidc:pending-publisher-added": Kind(_("Pending publisher registered")),
    "account:oidc:pending-publisher-removed": Kind(_("Pending publisher removed")),
    "account:recovery:opened": Kind(_("Account recovery asked for"), "recovery-opened"),
    "account:recovery:asked": Kind(_("Account recovery: a proof was asked for"), "recovery-question"),
    "account:recovery:granted": Kind(_("Account recovery granted"), "recovery-granted"),
    "account:recovery:cancelled": Kind(_("Account recovery cancelled"), "recovery-cancelled"),
    "account:recovery:done": Kind(_("Account recovered"), "recovery-done"),
    "account:sso:connected": Kind(_("Single sign-on connected")),
    "account:roles:changed": Kind(_("Roles on the site changed")),
    "account:frozen": Kind(_("Account frozen by an administrator"), "account-frozen"),
    "account:unfrozen": Kind(_("Account no longer frozen"), "account-unfrozen"),
    "account:disabled": Kind(_("Account disabled by an administrator"), "account-disabled"),
    "account:enabled": Kind(_("Account enabled again"), "account-enabled"),
    "account:two_factor:reset": Kind(_("Two-factor methods removed by an administrator"), "factors-reset"),
    "account:password:withdrawn": Kind(_("Password made useless by an administrator"), "password-withdrawn"),
    "project:role:add": Kind(_("Role on a project given")),
    "project:role:change": Kind(_("Role on a project changed")),
    "project:role:remove": Kind(_("Role on a project taken")),
    "organization:role:add": Kind(_("Role in an organisation given")),
    "organization:role:change": Kind(_("Role in an organisation changed")),
    "organization:role:remove": Kind(_("Role in an organisation taken")),
    "team:role:add": Kind(_("Added to a team")),
    "team:role:remove": Kind(_("Removed from a team")),
}


def record(
    user: User,
    kind: str,
    request: HttpRequest | None = None,
    detail: str = "",
    *,
    mailed: bool = True,
    **told: object,
) -> None:
    """Write an event, and mail it to every verified address where its kind has a mail and the caller sends none.

    Raises:
        KeyError: for a kind that is not in the list.
    """
    known = KINDS[kind]
    address, agent = (address_of(request), agent_of(request)) if request else ("", "")
    SecurityEvent.objects.create(user=user, kind=kind, address=address, agent=agent, detail=detail[:_LONGEST_DETAIL])
    if known.mail and mailed:
        mail(user, known.mail, at=now(), address=address, agent=agent, **told)


_because: ContextVar[str] = ContextVar("because", default="")


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Tell people why in the mails that are sent within the block, unless they have a reason of their own."""
    token = _because.set(reason)
    try:
        yield
    finally:
        _because.reset(token)


def mail(user: User, kind: str, *more: str, **told: object) -> None:
    """Send a mail to every verified address of a person, or to the primary one if none is, and to ``more``.

    An address that lost its proof with its domain gets none: somebody else may read it.

    What concerns a service account is mailed to the owners of its organisation.
    """
    addresses = EmailAddress.objects.filter(user=user)
    if user.is_service:
        owns = {"user__memberships__organization": user.service_of_id, "user__memberships__role": "Owner"}
        addresses = EmailAddress.objects.filter(**owns)
    to = {a.email for a in addresses if a.verified} or {
        a.email for a in addresses if a.primary and not has_lapsed(a.email)
    }
    at = told.pop("at", None) or now()
    known = {"username": user.username, "at": f"{at:%Y-%m-%d %H:%M}"}
    if "reason" not in told:
        known["because"] = _because.get()
    send(kind, sorted(to | {m for m in more if m}), known | told)


def address_of(request: HttpRequest) -> str:
    """Return the network address a request came from."""
    return str(get_adapter().get_client_ip(request))


def agent_of(request: HttpRequest) -> str:
    """Return a browser in coarse words, such as ``Firefox on Linux``."""
    return coarse(str(request.META.get("HTTP_USER_AGENT", "")))


def coarse(agent: str) -> str:
    """Return a User-Agent header in coarse words."""
    from ua_parser import parse  # noqa: PLC0415 - its tables take long to load, which every start would pay

    told = parse(agent[:500])
    browser = told.user_agent.family if told.user_agent else "an unknown program"
    return f"{browser} on {told.os.family}"[:100] if told.os else browser[:100]


def forget_addresses() -> int:
    """Drop network addresses from events that are older than the instance keeps them. Returns how many."""
    before = now() - timedelta(days=current.settings().forget_addresses_days)
    return SecurityEvent.objects.filter(at__lt=before).exclude(address="").update(address="")
