# SPDX-License-Identifier: Apache-2.0
"""Service accounts: what publishes for an organisation without being a person.

Nobody logs in as one. It gets its roles by teams, and acts by tokens that the organisation's owners make.
"""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.accounts.models import USERNAME, User
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.organizations.flows.changing import locked, tell, write
from cheeseshop.organizations.models import Organization, TeamMember

MOST = 100
_LONGEST = 50


def create_service_account(organization: UUID, name: str, purpose: str, actor: User) -> User:
    """Make a service account; its username is the organisation's name, a dot, and ``name``.

    Raises:
        Refusal: when the name breaks a rule, or there are very many.
        Conflict: when the name is taken.
    """
    with transaction.atomic():
        found = locked(organization)
        username = f"{found.name}.{name}"
        _check(username, purpose)
        if User.objects.filter(service_of=found, deleted_at=None).count() >= MOST:
            raise Refusal(gettext("An organisation has at most %(most)s service accounts.") % {"most": MOST})
        made = User(username=username, full_name=purpose, service_of=found)
        made.set_unusable_password()
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(
                gettext("The name %(username)s is taken, or was; names are never given again.") % {"username": username}
            ) from error
        write(found, actor.username, "service_account:add", username)
        tell(found, "service-account-added", account=username, by=actor.username)
    return made


def _check(username: str, purpose: str) -> None:
    try:
        USERNAME(username)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
    if len(username) > _LONGEST:
        raise Refusal(
            gettext("With the organisation's name before it the name has %(username)s characters; at most 50 go.")
            % {"username": len(username)}
        )
    if len(purpose) > 100:  # noqa: PLR2004 - the column's width
        raise Refusal(gettext("Say what it is for in at most 100 characters."))


def suspend(organization: UUID, account: UUID, actor: User, *, suspended: bool = True) -> User:
    """Stop all tokens of a service account for now, or let them work again.

    Raises:
        Missing: when there is no such account.
    """
    with transaction.atomic():
        found = locked(organization)
        user = _of(found, account)
        user.frozen_at = now() if suspended else None
        user.auth_epoch += 1
        user.save(update_fields=["frozen_at", "auth_epoch"])
        verb = "suspended" if suspended else "resumed"
        write(
            found, actor.username, "service_account:suspend" if suspended else "service_account:resume", user.username
        )
        tell(found, "service-account-changed", account=user.username, by=actor.username, what=verb)
    return user


def remove_service_account(organization: UUID, account: UUID, actor: User) -> str:
    """Remove a service account with its tokens and roles, and return its name, which is never given again.

    Raises:
        Missing: when there is no such account.
    """
    with transaction.atomic():
        found = locked(organization)
        user = _of(found, account)
        end(user)
        write(found, actor.username, "service_account:remove", user.username)
        tell(found, "service-account-changed", account=user.username, by=actor.username, what="removed")
    return user.username


def end(user: User) -> None:
    """Take everything from a service account. Its row stays, so that its name is never given again."""
    user.tokens.all().delete()
    TeamMember.objects.filter(user=user).delete()
    user.is_active, user.deleted_at, user.full_name = False, now(), ""
    user.auth_epoch += 1
    user.save(update_fields=["is_active", "deleted_at", "full_name", "auth_epoch"])


def _of(organization: Organization, account: UUID) -> User:
    rows = User.objects.select_for_update()
    found = rows.filter(pk=account, service_of=organization, deleted_at=None).first()
    if found is None:
        raise Missing(gettext("%(name)s has no such service account any more.") % {"name": organization.name})
    return found
