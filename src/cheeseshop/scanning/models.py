# SPDX-License-Identifier: Apache-2.0
"""Files that wait to be scanned, and what was found in which file, so that nothing is observed twice."""

from typing import ClassVar

from django.db import models

from cheeseshop.core.clock import now


class ScanCursor(models.Model):
    """The serial up to which the journal was read. One row, made by the migration, or else at the first reading."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="scan_cursor_one_row")]

    def __str__(self) -> str:
        return str(self.serial)


class WaitingScan(models.Model):
    """A file that waits. ``due_at`` moves on when somebody takes it, so that it comes back if they die."""

    filename = models.CharField(primary_key=True, max_length=255)
    due_at = models.DateTimeField(default=now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.filename


class Found(models.Model):
    """That a rule holds for a file, by its name, or a release, by its identity, and the observation of it.

    Neither is ever used twice.
    """

    subject = models.CharField(max_length=255)
    rule = models.CharField(max_length=255)
    observation_id = models.UUIDField()
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "rule"], name="scan_found_once")]

    def __str__(self) -> str:
        return f"{self.rule} in {self.subject}"
