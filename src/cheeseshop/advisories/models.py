# SPDX-License-Identifier: Apache-2.0
"""Advisories, the projects that each speaks of, and the releases that it matches."""

from typing import ClassVar

from django.db import models

from cheeseshop.core.clock import now


class Advisory(models.Model):
    """A known vulnerability. ``raw`` is the record as it was read, in the OSV format."""

    id = models.CharField(primary_key=True, max_length=100)
    source = models.CharField(max_length=50, default="osv")
    modified_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    aliases = models.JSONField(default=list)
    summary = models.TextField(blank=True)
    details = models.TextField(blank=True)
    link = models.CharField(max_length=500, blank=True)
    raw = models.TextField()
    read_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "advisories"

    def __str__(self) -> str:
        return self.id


class AffectedProject(models.Model):
    """What an advisory says of one project, whether it is here or not. Ranges are [low, high, inclusive]."""

    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="affected")
    normalized_name = models.CharField(max_length=200, db_index=True)
    ranges = models.JSONField(default=list)
    versions = models.JSONField(default=list)
    fixed = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["advisory", "normalized_name"], name="advisory_project_once")
        ]

    def __str__(self) -> str:
        return f"{self.advisory_id} on {self.normalized_name}"


class Finding(models.Model):
    """An advisory that matches a release. ``fixed`` are the versions that mend it."""

    release = models.ForeignKey("catalog.Release", on_delete=models.CASCADE, related_name="findings", db_index=False)
    advisory = models.ForeignKey(Advisory, on_delete=models.CASCADE, related_name="findings")
    fixed = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["release", "advisory"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.advisory_id} on {self.release_id}"


class MatchedUpTo(models.Model):
    """The serial up to which new releases were matched. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="matched_one_row")]

    def __str__(self) -> str:
        return str(self.serial)
