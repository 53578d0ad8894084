# SPDX-License-Identifier: Apache-2.0
"""What is still to be purged, and where."""

from typing import ClassVar

from django.db import models


class Purge(models.Model):
    """Something that one front must forget. ``again_after``: seconds until it must once more; 0 when that is all."""

    front = models.CharField(max_length=500)
    what = models.CharField(max_length=420)
    due_at = models.DateTimeField()
    again_after = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["front", "what"], name="purge_once")]
        indexes: ClassVar = [models.Index(fields=["front", "due_at"], name="purge_due")]

    def __str__(self) -> str:
        return f"{self.what} at {self.front}"
