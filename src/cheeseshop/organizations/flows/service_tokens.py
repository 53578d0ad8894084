# SPDX-License-Identifier: Apache-2.0
"""The tokens of service accounts, made and revoked by the organisation's owners."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from cheeseshop.accounts.models import User
from cheeseshop.core.errors import Missing
from cheeseshop.organizations.flows.changing import locked, write
from cheeseshop.organizations.models import Organization
from cheeseshop.tokens.flows import TokenRequest, create_token, revoke_token


def make_token(organization: UUID, wanted: TokenRequest, actor: User, origin: HttpRequest) -> str:
    """Make a token of a service account and return its text, which is never shown again. Its owners are mailed.

    Raises:
        Missing: when the account is not the organisation's any more.
        Refusal: when description, networks or expiry break a rule.
        Conflict: when the account has a token of that description.
    """
    with transaction.atomic():
        found = locked(organization)
        _check(found, wanted.user)
        text = create_token(wanted, origin)
        write(found, actor.username, "service_account:token:add", f"{wanted.description} of {wanted.user.username}")
    return text


def _check(organization: Organization, account: User) -> None:
    if not User.objects.filter(pk=account.pk, service_of=organization, deleted_at=None).exists():
        raise Missing(gettext("%(name)s has no such service account any more.") % {"name": organization.name})


@dataclass(frozen=True, slots=True)
class Revocation:
    """Which token of which service account is revoked."""

    account: User
    token: UUID


def revoke(organization: UUID, revocation: Revocation, actor: User, origin: HttpRequest) -> str:
    """Revoke a token of a service account at once, and return what it was called.

    Raises:
        Missing: when there is no such token.
    """
    with transaction.atomic():
        found = locked(organization)
        _check(found, revocation.account)
        name = revoke_token(revocation.account, revocation.token, origin)
        write(found, actor.username, "service_account:token:remove", f"{name} of {revocation.account.username}")
    return name
