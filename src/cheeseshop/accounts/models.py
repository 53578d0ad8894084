# SPDX-License-Identifier: Apache-2.0
"""The user model. E-mail addresses, factors and sessions are django-allauth's."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id

USERNAME = RegexValidator(
    r"\A[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?\Z",
    "A username has letters, digits, '.', '_' and '-', and begins and ends with a letter or digit.",
)


class UserManager(BaseUserManager["User"]):
    """Looks people up without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of that name, in any case."""
        return self.get(username__iexact=username)

    def create_user(self, username: str, email: str = "", password: str | None = None, **extra: Any) -> "User":  # noqa: ANN401
        """Create a person. allauth calls this."""
        user = self.model(username=username, email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person. ``auth_epoch`` rises with every change that must end cached grants."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=50, validators=[USERNAME])
    full_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True, max_length=254)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    frozen_at = models.DateTimeField(null=True, blank=True)
    auth_epoch = models.PositiveIntegerField(default=0)
    date_joined = models.DateTimeField(default=now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="user_username_any_case")]

    def __str__(self) -> str:
        return self.username

    @property
    def may_act(self) -> bool:
        """Whether the account is neither inactive nor frozen."""
        return self.is_active and self.frozen_at is None
