# SPDX-License-Identifier: Apache-2.0
"""Giving an account back to a person who lost what they log in with: opened, looked at, granted, waited for, done.

Every step is mailed to every address of the account, and each mail can cancel it until the new password is set.
"""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from cheeseshop.accounts import history
from cheeseshop.accounts.flows.passwords import end_sessions
from cheeseshop.accounts.models import KnownDevice, Recovery, User
from cheeseshop.accounts.queries import user_named
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal, TryAgain
from cheeseshop.notify.flows import send

_SALT = "cheeseshop.recovery"
_OPEN = (Recovery.State.OPEN, Recovery.State.ASKED)
_CANCELLABLE = (*_OPEN, Recovery.State.GRANTED)
_LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Plea:
    """What a person who can't log in tells: whose account, where they are reached, and what happened."""

    username: str
    reach: str
    story: str


def open_recovery(plea: Plea, request: HttpRequest) -> Recovery | None:
    """Open a request. None where there is no such account or a request is open already: the caller says nothing."""
    user = user_named(plea.username)
    if user is None or not user.may_log_in:
        return None
    try:
        with transaction.atomic():
            made = Recovery.objects.create(
                user=user, reach=plea.reach, story=plea.story, address=history.address_of(request)
            )
    except IntegrityError:
        return None
    _tell(made, "account:recovery:opened", request)
    return made


def ask_for_proof(recovery: Recovery, question: str, administrator: str) -> None:
    """Ask the person for a proof, such as a text to publish in a project's repository.

    Raises:
        Conflict: when the request is not open any more.
    """
    _move(recovery, _OPEN, state=Recovery.State.ASKED, question=question, decided_by=administrator)
    _tell(recovery, "account:recovery:asked", None, question=question)


def answer(recovery: Recovery, text: str) -> None:
    """Keep what the person answered.

    Raises:
        Conflict: when nothing is asked.
    """
    _move(recovery, (Recovery.State.ASKED,), state=Recovery.State.OPEN, answer=text)


def grant(recovery: Recovery, administrator: str) -> None:
    """Grant a request: after the waiting period its link gives a new password and removes the factors.

    Raises:
        Conflict: when the request is not open any more.
    """
    effective = now() + timedelta(hours=current.settings().recovery_wait_hours)
    _move(recovery, _OPEN, state=Recovery.State.GRANTED, effective_at=effective, decided_by=administrator)
    link = f"{current.settings().url}{reverse('recover', args=[link_token(recovery)])}"
    _tell(recovery, "account:recovery:granted", None, {"recover": link}, effective=f"{effective:%Y-%m-%d %H:%M}")


def cancel(recovery: Recovery, reason: str, by: str = "") -> None:
    """Cancel a request.

    Raises:
        Conflict: when it is done or cancelled already.
    """
    _move(recovery, _CANCELLABLE, state=Recovery.State.CANCELLED, ended_at=now(), decided_by=by or recovery.decided_by)
    _tell(recovery, "account:recovery:cancelled", None, reason=reason)


def complete(recovery: Recovery, password: str, request: HttpRequest) -> None:
    """Set the new password, remove the factors, end all sessions, and make the address of the request the primary one.

    Raises:
        Conflict: when the request is not granted, or was cancelled or used in the meantime.
        TryAgain: during the waiting period.
    """
    check_usable(recovery)
    with transaction.atomic():
        _move(recovery, (Recovery.State.GRANTED,), state=Recovery.State.DONE, ended_at=now())
        user = recovery.user
        Authenticator.objects.filter(user=user).delete()
        KnownDevice.objects.filter(user=user).delete()
        user.set_password(password)
        user.save(update_fields=["password"])
        _reach_at(user, recovery.reach)
        end_sessions(user)
        _tell(recovery, "account:recovery:done", request)


def check_usable(recovery: Recovery) -> None:
    """Check that the link of a granted request works now.

    Raises:
        Conflict: when the request is not granted, or too old.
        TryAgain: during the waiting period.
    """
    if recovery.state != Recovery.State.GRANTED or recovery.effective_at is None:
        raise Conflict(gettext("This recovery is not granted, was cancelled, or was used already."))
    if now() < recovery.effective_at:
        raise TryAgain(
            gettext("This link works from %(effective_at)s UTC on.")
            % {"effective_at": f"{recovery.effective_at:%Y-%m-%d %H:%M}"}
        )
    if now() > recovery.effective_at + _LASTS:
        raise Conflict(gettext("This recovery was not used within two weeks; open another one."))


def find(token: str, purpose: str) -> Recovery:
    """Return the request that a mailed link names.

    Raises:
        Missing: when the link is malformed, or made for something else.
    """
    try:
        found = signing.loads(token, salt=f"{_SALT}.{purpose}")
        return Recovery.objects.select_related("user").get(pk=found)
    except (signing.BadSignature, Recovery.DoesNotExist) as error:
        raise Missing(gettext("This link is not one of ours, or its request is gone.")) from error


def link_token(recovery: Recovery, purpose: str = "use") -> str:
    """Return what a mailed link to a request carries, for cancelling it or for using it."""
    return signing.dumps(str(recovery.pk), salt=f"{_SALT}.{purpose}")


def _move(recovery: Recovery, before: tuple[str, ...], **changes: object) -> None:
    """Change a request that is in one of the states ``before``. Of two at once, one wins."""
    if not Recovery.objects.filter(pk=recovery.pk, state__in=before).update(**changes):
        raise Conflict(gettext("This recovery is not in a state where that can be done; look at it again."))
    recovery.refresh_from_db()


def _tell(
    recovery: Recovery,
    kind: str,
    request: HttpRequest | None,
    asker_alone: dict[str, object] | None = None,
    **told: object,
) -> None:
    """Write the event, and mail every address of the account, verified or not, and the one of the request.

    ``asker_alone`` is told to the latter only: whoever reads the account's mail shall cancel, and not complete.
    """
    user, mail_kind = recovery.user, history.KINDS[kind].mail
    history.record(user, kind, request, mailed=False)
    link = f"{current.settings().url}{reverse('cancel-recovery', args=[link_token(recovery, 'cancel')])}"
    every = set(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) - {recovery.reach}
    told |= {"username": user.username, "link": link}
    send(mail_kind, sorted(every), told)
    send(mail_kind, [recovery.reach], told | (asker_alone or {}))


def _reach_at(user: User, address: str) -> None:
    """Make the address of a granted request the primary one: its owner answered there, so that it is verified."""
    if EmailAddress.objects.filter(email__iexact=address, verified=True).exclude(user=user).exists():
        raise Refusal(gettext("%(address)s belongs to another account by now.") % {"address": address})
    row, _ = EmailAddress.objects.get_or_create(user=user, email=address.lower())
    row.verified = True
    row.save()
    row.set_as_primary()
