# SPDX-License-Identifier: Apache-2.0
"""Addresses that are told of a project's changes, what is told to each, and how far the journal was read."""

from typing import ClassVar

from django.db import models

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


class Webhook(models.Model):
    """An address that is told of a project's changes.

    ``project`` is empty once the project is removed: its last change is still told. ``generation`` counts the secrets
    that were made. ``events`` names the kinds that are told; none: every kind. ``since`` is the serial it begins after.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey("catalog.Project", null=True, on_delete=models.SET_NULL, related_name="webhooks")
    normalized_name = models.CharField(max_length=200, db_index=True)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    generation = models.PositiveIntegerField(default=1)
    since = models.BigIntegerField()
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=now)
    paused = models.BooleanField(default=False)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "url"], name="webhook_address_once")]

    def __str__(self) -> str:
        return f"{self.normalized_name} to {self.url}"


class Delivery(models.Model):
    """One message to one address. Its identity is the message's, the same at every attempt.

    ``due_at`` is empty once it was taken or given up. ``status`` is the HTTP status of the last answer, if any came.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=50)
    serial = models.BigIntegerField(default=0)
    body = models.TextField()
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, blank=True, default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.id}"


class Cursor(models.Model):
    """The serial up to which the journal was read. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="webhook_cursor_one_row")]

    def __str__(self) -> str:
        return str(self.serial)
