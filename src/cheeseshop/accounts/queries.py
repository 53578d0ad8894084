# SPDX-License-Identifier: Apache-2.0
"""What others ask about people."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from cheeseshop.accounts.models import User


def user_named(username: str) -> User | None:
    """Return the person of that name, in any case, or None."""
    if "\0" in username:
        return None  # PostgreSQL refuses to be asked
    return User.objects.filter(username__iexact=username).first()


def has_verified_primary_address(user: User) -> bool:
    """Tell whether the person proved their primary address."""
    return bool(EmailAddress.objects.filter(user=user, primary=True, verified=True).exists())


def has_two_factors(user: User) -> bool:
    """Tell whether the person has set up a second factor (recovery codes alone are none)."""
    return bool(Authenticator.objects.filter(user=user, type__in=["totp", "webauthn"]).exists())
