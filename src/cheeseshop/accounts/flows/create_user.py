# SPDX-License-Identifier: Apache-2.0
"""Making people."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from cheeseshop.accounts.models import User
from cheeseshop.core.errors import Conflict, Refusal


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person as an administrator enters them."""

    username: str
    email: str
    password: str
    verified: bool = False
    superuser: bool = False


def create_user(request: NewUser) -> User:
    """Create a person with a primary address.

    Raises:
        Refusal: when the name, the address or the password breaks a rule.
        Conflict: when the name or the verified address is taken.
    """
    user = User(username=request.username, email=request.email, is_superuser=request.superuser)
    user.is_staff = request.superuser
    if not request.password:
        raise Refusal("The password is empty; pipe it to standard input.")
    user.set_password(request.password)
    try:
        validate_email(request.email)
        user.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Refusal("; ".join(error.messages)) from error
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=request.email, verified=request.verified, primary=True)
    except IntegrityError as error:
        raise Conflict(f"User {request.username} or address {request.email} exists already.") from error
    return user
