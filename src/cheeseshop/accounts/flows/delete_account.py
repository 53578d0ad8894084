# SPDX-License-Identifier: Apache-2.0
"""Deleting an account for good. Its row stays without what it knew of a person, so that the name is never given again.

Journal entries keep the name as text.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from cheeseshop.access.ownership import leave_all, lock_owned, solely_owned, solely_owned_organizations
from cheeseshop.accounts import history
from cheeseshop.accounts.flows.passwords import end_sessions
from cheeseshop.accounts.models import KnownDevice, Recovery, User
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict


def delete_account(user: User, request: HttpRequest | None) -> None:
    """Delete an account.

    Raises:
        Conflict: while it is the sole owner of a project or an organisation.
    """
    with transaction.atomic():
        lock_owned(user.pk)
        User.objects.select_for_update().get(pk=user.pk)
        owned = [*solely_owned_organizations(user.pk), *(name for name, _ in solely_owned(user.pk))]
        if owned:
            names = ", ".join(owned[:10])
            raise Conflict(
                gettext("You are the only owner of %(names)s. Give each another owner, or delete it, first.")
                % {"names": names}
            )
        erase(user, request)


def erase(user: User, request: HttpRequest | None) -> None:
    """Take from an account everything that it is and may, whatever it owns alone. Part of the caller's transaction."""
    history.record(user, "account:delete", request)
    leave_all(user.pk)
    for model in (EmailAddress, Authenticator, SocialAccount, KnownDevice, Recovery):
        model.objects.filter(user=user).delete()
    user.tokens.all().delete()
    user.groups.clear()
    end_sessions(user)
    _forget(user)


def _forget(user: User) -> None:
    user.set_unusable_password()
    user.full_name = user.email = user.public_email = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.deleted_at = now()
    user.save()
