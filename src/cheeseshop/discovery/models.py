# SPDX-License-Identifier: Apache-2.0
"""The index that searches read: a document a project, names as they may be mistyped, how far the journal was read.

Projects are named by their identities and not by foreign keys: a removal does not wait for the index. Every search
asks the project's own row whether anybody may see it, so that what the index still holds is never shown.
"""

from typing import ClassVar

from django.db import models


class Document(models.Model):
    """What is known of a project by its best release. The words that are searched lie with the engine, under ``place``.

    ``place`` orders documents by popularity, and by how new they are among equals: see ``documents.place_of``.
    ``classes`` are the keys of the release's classifiers and of everything above them, parted by spaces. ``tier`` is
    the share of the index that the document is in, on PostgreSQL. ``digest`` tells whether anything has changed.
    """

    place = models.BigAutoField(primary_key=True)
    project = models.UUIDField(unique=True)
    release = models.UUIDField()
    normalized_name = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    version = models.CharField(max_length=200)
    summary = models.CharField(max_length=512, blank=True)
    released_at = models.DateTimeField(db_index=True)
    downloads = models.BigIntegerField(default=0)
    classes = models.TextField(blank=True)
    tier = models.SmallIntegerField(default=0)
    digest = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Spelling(models.Model):
    """A name as it reads with a letter left out, by a digest of that: what was mistyped is found by it."""

    pk = models.CompositePrimaryKey("key", "name")
    key = models.BigIntegerField()
    name = models.CharField(max_length=40, db_index=True)

    def __str__(self) -> str:
        return self.name


class IndexedUpTo(models.Model):
    """The serial up to which the journal is in the index. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="indexed_one_row")]

    def __str__(self) -> str:
        return str(self.serial)
