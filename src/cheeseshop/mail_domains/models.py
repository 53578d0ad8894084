# SPDX-License-Identifier: Apache-2.0
"""What is known of domains, and the addresses that lost their proof with one."""

from typing import ClassVar

from django.db import models

from cheeseshop.core.clock import now


class State(models.TextChoices):
    """How it is with a domain."""

    GOOD = "good", "Takes mail"
    LAPSED = "lapsed", "Takes no mail any more"
    CHANGED = "changed", "Registered anew"


class MailDomain(models.Model):
    """A domain of verified addresses. ``since``: when it was first found not to be good.

    ``registration`` is when it was registered, as its registry told first, or empty where nobody was asked.
    """

    domain = models.CharField(primary_key=True, max_length=253)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GOOD)
    since = models.DateTimeField(null=True, blank=True)
    registration = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="mail_domain_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.state}"


class LapsedAddress(models.Model):
    """An address that is no proof of anybody any more: no link that opens an account is sent to it."""

    address = models.OneToOneField(
        "account.EmailAddress", primary_key=True, on_delete=models.CASCADE, related_name="lapsed"
    )
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.address_id} at {self.at}"
