# SPDX-License-Identifier: Apache-2.0
"""The queue of mails."""

from django.db import models

from cheeseshop.core.clock import now


class Mail(models.Model):
    """A mail that waits. It is removed when it was handed over, because many mails hold a link that opens an account.

    ``due_at`` is None where delivery was given up; such a mail keeps its error and loses its text.
    """

    recipient = models.CharField(max_length=254)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, default=now, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"
