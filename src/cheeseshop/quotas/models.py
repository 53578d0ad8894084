# SPDX-License-Identifier: Apache-2.0
"""Requests for larger limits."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


class LimitRequest(models.Model):
    """What an owner asks for, and what became of it. Sizes are in bytes; None: this limit is large enough."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an administrator")
        ASKED = "asked", _("A question was asked")
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey("catalog.Project", on_delete=models.CASCADE, related_name="limit_requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="limit_requests"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    file_size = models.BigIntegerField(null=True, blank=True)
    total_size = models.BigIntegerField(null=True, blank=True)
    reason = models.TextField(max_length=2000)
    question = models.TextField(max_length=2000, blank=True)
    answer = models.TextField(max_length=2000, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    opened_at = models.DateTimeField(default=now)
    decided_by = models.CharField(max_length=50, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                name="limit_request_one_open",
                condition=models.Q(state__in=["open", "asked"]),
            )
        ]
        indexes = [models.Index(fields=["state", "-id"], name="limit_request_by_state")]

    def __str__(self) -> str:
        return f"limits of {self.project_id}: {self.state}"

    @property
    def undecided(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in {self.State.OPEN, self.State.ASKED}
