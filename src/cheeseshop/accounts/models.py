# SPDX-License-Identifier: Apache-2.0
"""The user model. E-mail addresses, factors and sessions are django-allauth's."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id

USERNAME = RegexValidator(
    r"\A[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?\Z",
    _("A username has letters, digits, '.', '_' and '-', and begins and ends with a letter or digit."),
)


class UserManager(BaseUserManager["User"]):
    """Looks people up without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person of that name, in any case."""
        return self.in_any_case(username or "").get()

    def in_any_case(self, username: str) -> "models.QuerySet[User]":
        """Return who has that name, by the index that its uniqueness rests on, which ``iexact`` would not use."""
        return self.alias(lower=Lower("username")).filter(lower=username.lower())

    def create_user(self, username: str, email: str = "", password: str | None = None, **extra: Any) -> "User":
        """Create a person. allauth calls this."""
        user = self.model(username=username, email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a service account: then ``service_of`` is the organisation that owns it, and nobody logs in.

    ``auth_epoch`` rises with every change that must end cached grants.
    ``public_email`` is the address that others may see, and counts for nothing unless it is a verified one of theirs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=50, validators=[USERNAME])
    full_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True, max_length=254)
    public_email = models.EmailField(blank=True, max_length=254)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    frozen_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    auth_epoch = models.PositiveIntegerField(default=0)
    date_joined = models.DateTimeField(default=now)
    service_of = models.ForeignKey(  # indexed below, only where there is one
        "organizations.Organization",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_accounts",
        db_index=False,
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="user_username_any_case")]
        indexes = [
            models.Index(fields=["service_of"], name="user_service_of", condition=models.Q(service_of__isnull=False)),
            models.Index(fields=["frozen_at"], name="user_frozen", condition=models.Q(frozen_at__isnull=False)),
            models.Index(Lower("username"), name="user_with_site_role", condition=models.Q(is_staff=True)),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def may_act(self) -> bool:
        """Whether the account is neither inactive nor frozen."""
        return self.is_active and self.frozen_at is None

    @property
    def is_service(self) -> bool:
        """Whether this is an organisation's service account, which acts by tokens alone."""
        return self.service_of_id is not None

    @property
    def may_log_in(self) -> bool:
        """Whether this is a person whose account is neither inactive nor frozen."""
        return self.may_act and not self.is_service


class SecurityEvent(models.Model):
    """One line of a person's security history. ``kind`` is an event tag of the contract; addresses are forgotten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="security_events", db_index=False)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField(default=now)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=100, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="event_by_user"),
            models.Index(fields=["at"], name="event_with_address", condition=~models.Q(address="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class KnownDevice(models.Model):
    """A browser (by the digest of its cookie) or an address from which a person's log-in was confirmed by mail."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_devices", db_index=False)
    mark = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="device_once")]

    def __str__(self) -> str:
        return f"{self.mark} of {self.user_id}"


class ProhibitedUsername(models.Model):
    """A name that nobody may register, in lower case."""

    name = models.CharField(primary_key=True, max_length=50)
    comment = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class ProhibitedDomain(models.Model):
    """A domain whose e-mail addresses are refused, its subdomains too, in lower case."""

    domain = models.CharField(primary_key=True, max_length=253)
    comment = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.domain


class ProhibitedNetwork(models.Model):
    """A network, or a single address, from which nobody logs in, registers or asks for a reset."""

    network = models.CharField(primary_key=True, max_length=43)
    comment = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.network


class Recovery(models.Model):
    """A request for an account whose owner lost what they log in with, from the question to the new password."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an administrator")
        ASKED = "asked", _("A proof was asked for")
        GRANTED = "granted", _("Granted, in the waiting period")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recoveries")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    reach = models.EmailField(max_length=254)
    story = models.TextField(max_length=4000)
    question = models.TextField(max_length=2000, blank=True)
    answer = models.TextField(max_length=4000, blank=True)
    opened_at = models.DateTimeField(default=now)
    address = models.CharField(max_length=45, blank=True)
    decided_by = models.CharField(max_length=50, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                name="recovery_one_open",
                condition=models.Q(state__in=["open", "asked", "granted"]),
            )
        ]

    def __str__(self) -> str:
        return f"recovery of {self.user_id}: {self.state}"
