# SPDX-License-Identifier: Apache-2.0
"""Which projects require which, by the release that stands for each; made anew from the journal."""

from typing import ClassVar

from django.db import models

from cheeseshop.catalog.models import Project


class Requirement(models.Model):
    """That a project requires another, which need not be here. ``optional``: only for one of its extras."""

    project = models.ForeignKey(  # its index is the unique constraint's
        Project, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=200)
    optional = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="requirement_once")]
        indexes: ClassVar = [models.Index(fields=["name"], name="requirement_by_name")]

    def __str__(self) -> str:
        return f"{self.project_id} requires {self.name}"


class ReadUpTo(models.Model):
    """The serial of the last entry of the journal that was looked at. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="relations_one_row")]

    def __str__(self) -> str:
        return str(self.serial)
