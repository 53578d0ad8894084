# SPDX-License-Identifier: Apache-2.0
"""What administrators do to accounts: stop them, let them go on, take what they log in with.

Each writes an event with the reason into the person's security history, mails it to them, and ends in the same
transaction what a session or a token could do. Who did it is kept by the caller: the person is told why, not by whom.
"""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.db import transaction

from cheeseshop.access.site_roles import SiteAction, SiteRole, may_on_site, site_roles
from cheeseshop.accounts import history
from cheeseshop.accounts.flows.passwords import end_sessions
from cheeseshop.accounts.models import KnownDevice, User
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Forbidden, Missing, Refusal

LONGEST_REASON = 250


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to another's account, and why. No keeper: it is done by command, on the server itself."""

    keeper: User | None
    reason: str


def freeze(user: User, by: By) -> None:
    """Stop an account for a time: it can't log in, its tokens do nothing, its sessions end now.

    Raises:
        Conflict: when it is frozen already, or the last administrator's.
        Forbidden: when it is out of the keeper's reach.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if found.frozen_at is not None:
            raise Conflict(f"{found.username} is frozen already.")
        _keep_an_administrator(found)
        found.frozen_at = now()
        found.save(update_fields=["frozen_at"])
        _end(found, "account:frozen", by)


def unfreeze(user: User, by: By) -> None:
    """Let a frozen account go on. Sessions stay ended; its tokens work again.

    Raises:
        Conflict: when it is not frozen.
        Forbidden: as ``freeze``.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if found.frozen_at is None:
            raise Conflict(f"{found.username} is not frozen.")
        found.frozen_at = None
        found.save(update_fields=["frozen_at"])
        _end(found, "account:unfrozen", by)


def disable(user: User, by: By) -> None:
    """Close an account until an administrator opens it again.

    Raises:
        Conflict: when it is closed already, or the last administrator's.
        Forbidden: as ``freeze``.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if not found.is_active:
            raise Conflict(f"{found.username} is disabled already.")
        _keep_an_administrator(found)
        found.is_active = False
        found.save(update_fields=["is_active"])
        _end(found, "account:disabled", by)


def enable(user: User, by: By) -> None:
    """Open a closed account again, unless it was deleted.

    Raises:
        Conflict: when it is open, or was deleted.
        Forbidden: as ``freeze``.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if found.is_active:
            raise Conflict(f"{found.username} is not disabled.")
        found.is_active = True
        found.save(update_fields=["is_active"])
        _end(found, "account:enabled", by)


def reset_factors(user: User, by: By) -> None:
    """Remove every second factor, recovery code and known device, so that the person sets up new ones.

    Raises:
        Conflict: when there is none.
        Forbidden: as ``freeze``.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if not Authenticator.objects.filter(user=found).delete()[0]:
            raise Conflict(f"{found.username} has no second factor.")
        KnownDevice.objects.filter(user=found).delete()
        _end(found, "account:two_factor:reset", by)


def withdraw_password(user: User, by: By) -> None:
    """Make a password useless, so that only a reset by mail gives a new one.

    Raises:
        Conflict: when there is none.
        Forbidden: as ``freeze``.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if not found.has_usable_password():
            raise Conflict(f"{found.username} has no password that could be used.")
        found.set_unusable_password()
        found.save(update_fields=["password"])
        _end(found, "account:password:withdrawn", by)


def set_site_roles(user: User, roles: set[SiteRole], by: By) -> list[str]:
    """Give and take roles of the site, so that they are these, and return what they are now.

    Raises:
        Refusal: for a service account, which nobody logs in to.
        Conflict: when the last administrator would be none any more.
        Forbidden: when the keeper gives themselves a role or takes one, or gives no roles.
    """
    with transaction.atomic():
        found = _locked(user, by)
        if by.keeper is not None and not may_on_site(by.keeper, SiteAction.SITE_ROLES):
            raise Forbidden("Only an administrator gives and takes roles of the site.")
        if found.is_service or found.deleted_at is not None:
            raise Refusal(f"{found.username} is nobody who logs in, and has no role on the site.")
        if SiteRole.ADMINISTRATOR not in roles:
            _keep_an_administrator(found)
        before = site_roles(found)
        found.is_superuser, found.is_staff = SiteRole.ADMINISTRATOR in roles, bool(roles)
        found.save(update_fields=["is_superuser", "is_staff"])
        names = sorted(role.value for role in roles - {SiteRole.ADMINISTRATOR})
        found.groups.set([Group.objects.get_or_create(name=name)[0] for name in names])
        after = site_roles(found)
        told = f"{', '.join(before) or 'none'} → {', '.join(after) or 'none'}: {by.reason}"
        end_sessions(found)
        history.record(found, "account:roles:changed", detail=told)
    return after


def check_reach(user: User, keeper: User | None) -> None:
    """Check that a keeper may do something to an account: not to their own, nor, but for administrators, to a keeper's.

    Raises:
        Forbidden: saying why not.
    """
    if keeper is None:
        return
    if keeper.pk == user.pk:
        raise Forbidden("Nobody does this to their own account; ask another administrator.")
    if (user.is_staff or user.is_superuser) and not may_on_site(keeper, SiteAction.SITE_ROLES):
        raise Forbidden(f"{user.username} has a role on the site; only an administrator does this to them.")


def _locked(user: User, by: By) -> User:
    if not by.reason.strip() or len(by.reason) > LONGEST_REASON:
        raise Refusal(f"Give a reason of at most {LONGEST_REASON} characters; the person reads it.")
    # Administrators are locked together, so that of two that stop each other at once one is refused.
    rows = {each.pk: each for each in User.objects.select_for_update().filter(is_superuser=True).order_by("pk")}
    found = rows.get(user.pk) or User.objects.select_for_update().filter(pk=user.pk).first()
    if found is None or found.deleted_at is not None:
        raise Missing(f"The account {user.username} is deleted.")
    check_reach(found, by.keeper)
    return found


def _keep_an_administrator(user: User) -> None:
    if not user.is_superuser:
        return
    others = User.objects.filter(is_superuser=True, is_active=True, frozen_at=None).exclude(pk=user.pk)
    if not others.exists():
        raise Conflict(f"{user.username} is the last administrator; give somebody else that role first.")


def _end(user: User, kind: str, by: By) -> None:
    end_sessions(user)
    history.record(user, kind, detail=by.reason, reason=by.reason)
