# SPDX-License-Identifier: Apache-2.0
"""API tokens."""

import secrets
from datetime import UTC, datetime

from django.conf import settings
from django.db import models

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id
from cheeseshop.tokens.caveats import ACTIONS, EXPIRATION, NETWORKS, PROJECT_NAME


def new_key() -> bytes:
    """Return the 32 random bytes that a token's signatures start from."""
    return secrets.token_bytes(32)


class Token(models.Model):
    """The root of a macaroon, of a person or of a trusted publisher.

    ``caveats`` are checked again at each use, beside those the holder sends. ``publisher_facts`` is what the token of
    a publisher says of it, as ``core.facts.PublisherIdentity`` in JSON, so that a use needs one look-up;
    ``sweep_after`` is when such a token may be removed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="tokens")
    publisher = models.ForeignKey(
        "publishers.Publisher", null=True, blank=True, on_delete=models.CASCADE, related_name="tokens"
    )
    publisher_facts = models.JSONField(default=dict, blank=True)
    sweep_after = models.DateTimeField(null=True, blank=True)
    description = models.CharField(max_length=100)
    key = models.BinaryField(max_length=32, default=new_key)
    caveats = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(max_length=45, blank=True)
    issued_by_administrator = models.BooleanField(default=False)
    expiry_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "description"], name="token_description_once"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(publisher__isnull=True), name="token_of_one_holder"
            ),
        ]
        indexes = [
            models.Index(
                fields=["last_used_at", "created_at"],
                name="token_by_use",
                condition=models.Q(user__isnull=False),
            ),
            models.Index(
                fields=["expiry_told_at"], name="token_expiring", condition=models.Q(expiry_told_at__isnull=False)
            ),
            models.Index(
                fields=["sweep_after"],
                name="token_to_sweep",
                condition=models.Q(sweep_after__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def projects(self) -> list[str]:
        """The normalized names it is narrowed to; none: the whole account."""
        return next((list(caveat[1]) for caveat in self.caveats if caveat[0] == PROJECT_NAME), [])

    @property
    def actions(self) -> list[str]:
        """What it is good for."""
        return next((list(caveat[1]) for caveat in self.caveats if caveat[0] == ACTIONS), ["upload"])

    @property
    def networks(self) -> list[str]:
        """Where it may be used from; none: everywhere."""
        return next((list(caveat[1]) for caveat in self.caveats if caveat[0] == NETWORKS), [])

    @property
    def expires_at(self) -> datetime | None:
        """When it stops to work, if ever."""
        return next((datetime.fromtimestamp(c[1], UTC) for c in self.caveats if c[0] == EXPIRATION), None)
