# SPDX-License-Identifier: Apache-2.0
"""Publishing sessions and their files."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


def new_token() -> str:
    """Return what nobody can guess: who knows it may look at a preview."""
    return secrets.token_urlsafe(32)


class SessionStatus(models.TextChoices):
    """What can be said of a session. It is pending until it ends, in one of two ways."""

    PENDING = "pending"
    PUBLISHED = "published"
    CANCELED = "canceled"


class FileStatus(models.TextChoices):
    """What can be said of a file: its bytes are awaited or may be sent again, or they are settled."""

    PENDING = "pending"
    COMPLETED = "completed"


class Session(models.Model):
    """A release that is staged. ``sort_key`` is the version's, so that equal versions are one release."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token = models.CharField(max_length=64, unique=True, default=new_token)
    project_name = models.CharField(max_length=200)
    normalized_name = models.CharField(max_length=200)
    version = models.CharField(max_length=200)
    sort_key = models.BinaryField(max_length=400)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="publishing_sessions")
    status = models.CharField(max_length=16, choices=SessionStatus.choices, default=SessionStatus.PENDING.value)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["normalized_name", "sort_key"],
                name="session_one_pending",
                condition=models.Q(status=SessionStatus.PENDING.value),
            ),
            models.CheckConstraint(condition=models.Q(status__in=SessionStatus.values), name="session_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.project_name} {self.version}"


class StagedFile(models.Model):
    """A file of a session. ``key`` is empty until its bytes are in the store, under ``lease``.

    ``row`` and ``release`` are what will be recorded when it is published; ``hashes`` and ``metadata_sha256`` what the
    client declared.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="files", db_index=False)
    filename = models.CharField(max_length=255)
    packagetype = models.CharField(max_length=16)
    size = models.BigIntegerField()
    hashes = models.JSONField(default=dict)
    metadata_sha256 = models.CharField(max_length=64, blank=True)
    mechanism = models.CharField(max_length=40, default="http-post-bytes")
    status = models.CharField(max_length=16, choices=FileStatus.choices, default=FileStatus.PENDING.value)
    key = models.CharField(max_length=400, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    row = models.JSONField(default=dict)
    release = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "filename"], name="staged_filename_once"),
            models.CheckConstraint(condition=models.Q(status__in=FileStatus.values), name="staged_status_known"),
        ]

    def __str__(self) -> str:
        return self.filename
