# SPDX-License-Identifier: Apache-2.0
"""What administrators do to a person's e-mail addresses."""

from allauth.account.models import EmailAddress
from django.db import transaction

from cheeseshop.accounts import history
from cheeseshop.accounts.flows.restrain import By, check_reach
from cheeseshop.accounts.models import User
from cheeseshop.core.errors import Conflict, Missing


def unverify(address: EmailAddress, by: By) -> None:
    """Let an address count for nothing until its owner proves it again.

    Raises:
        Conflict: when it is not verified.
        Missing: when the person has it no more.
        Forbidden: when the account is out of the keeper's reach.
    """
    with transaction.atomic():
        found, user = _locked(address, by)
        if not found.verified:
            raise Conflict(f"{found.email} is not verified.")
        found.verified = False
        found.save(update_fields=["verified"])
        detail = f"{found.email}: {by.reason}"
        history.record(user, "account:email:reverify", detail=detail, email=found.email, reason=by.reason)


def remove(address: EmailAddress, by: By) -> None:
    """Remove an address that is not the primary one.

    Raises:
        Conflict: when it is the primary one.
        Missing: as ``unverify``.
        Forbidden: as ``unverify``.
    """
    with transaction.atomic():
        found, user = _locked(address, by)
        if found.primary:
            raise Conflict(f"{found.email} is the primary address of {user.username}.")
        history.record(user, "account:email:remove", detail=f"{found.email}: {by.reason}", email=found.email)
        if user.public_email == found.email:
            User.objects.filter(pk=user.pk).update(public_email="")
        found.delete()


def _locked(address: EmailAddress, by: By) -> tuple[EmailAddress, User]:
    user = User.objects.select_for_update().get(pk=address.user_id)
    found = EmailAddress.objects.filter(pk=address.pk, user=user).first()
    if found is None:
        raise Missing(f"{user.username} has the address {address.email} no more.")
    check_reach(user, by.keeper)
    return found, user
