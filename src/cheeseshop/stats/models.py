# SPDX-License-Identifier: Apache-2.0
"""Roll-ups of downloads by day, small enough to answer a page, and which batches they hold.

Projects, releases and files are named by their identities and not by foreign keys: what is counted may be deleted at
the same moment, and a count is no reason to fail. Rows of what is gone are removed with the oldest ones.
"""

from typing import ClassVar

from django.db import models

from cheeseshop.core.clock import now


class Batch(models.Model):
    """A batch of segments that the roll-ups hold, so that it is never added twice. ``id`` grows with time."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(default=now)
    downloads = models.BigIntegerField(default=0)
    dropped = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"batch {self.id}"


class ReadLog(models.Model):
    """How far the log of another server was read. ``digest`` is of its first bytes: a rotated file is known again."""

    digest = models.CharField(primary_key=True, max_length=64)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.digest} up to byte {self.position}"


class FileDay(models.Model):
    """Downloads of one file on one day, for a quarter of a year."""

    file = models.UUIDField()
    release = models.UUIDField()
    day = models.DateField(db_index=True)
    downloads = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "day"], name="file_day_once")]
        indexes: ClassVar = [models.Index(fields=["release", "day"], name="file_day_of_release")]

    def __str__(self) -> str:
        return f"{self.file} on {self.day}: {self.downloads}"


class ProjectDay(models.Model):
    """Downloads of one project on one day. The site itself is the project with the identity zero."""

    project = models.UUIDField()
    day = models.DateField(db_index=True)
    downloads = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "day"], name="project_day_once")]

    def __str__(self) -> str:
        return f"{self.project} on {self.day}: {self.downloads}"


class Kind(models.TextChoices):
    """What the downloads of a day are told apart by."""

    VERSION = "version"
    PYTHON = "python"
    SYSTEM = "system"
    INSTALLER = "installer"


class Share(models.Model):
    """Downloads of one project on one day by one version, Python, system or installer."""

    project = models.UUIDField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    day = models.DateField(db_index=True)
    value = models.CharField(max_length=200)
    downloads = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "kind", "day", "value"], name="share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.project} on {self.day}, {self.kind} {self.value}: {self.downloads}"


class Popularity(models.Model):
    """Downloads of a project within the last 30 days, as of the last counting: for rankings over all projects."""

    project = models.UUIDField(primary_key=True)
    downloads = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-downloads"], name="popularity_most")]

    def __str__(self) -> str:
        return f"{self.project}: {self.downloads}"


class Trend(models.Model):
    """A project whose downloads rise, as of the last measuring: this week's and those of the week before."""

    place = models.PositiveIntegerField(primary_key=True)
    project = models.UUIDField()
    recent = models.BigIntegerField()
    earlier = models.BigIntegerField()
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.place}: {self.project}, {self.earlier} to {self.recent}"
