# SPDX-License-Identifier: Apache-2.0
"""The serial counter, the entries, and marks of what must be published."""

from django.db import models


class SerialCounter(models.Model):
    """The one row that numbers changes. The epoch rises when a backup is restored."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.PositiveIntegerField(default=1)
    serial = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="serial_one_row")]

    def __str__(self) -> str:
        return f"{self.epoch}.{self.serial}"


class Entry(models.Model):
    """One change of the index. Names are text, because entries outlive what they speak of."""

    serial = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    project = models.CharField(max_length=200)
    normalized_name = models.CharField(max_length=200)
    version = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=600)
    actor = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["normalized_name", "serial"], name="entry_by_project")]

    def __str__(self) -> str:
        return f"{self.serial} {self.project} {self.action}"


class FileMark(models.Model):
    """A file that nobody, or again anybody, may fetch: kept until the queue of purges has it."""

    key = models.CharField(max_length=400)
    serial = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.key} at {self.serial}"


class DirtyMark(models.Model):
    """A project whose pages are older than its rows. ``scope`` is a release's sort key in hex, or empty for all."""

    normalized_name = models.CharField(max_length=200, db_index=True)
    serial = models.BigIntegerField()
    scope = models.CharField(max_length=600, blank=True)

    def __str__(self) -> str:
        return f"{self.normalized_name} at {self.serial}"
