# SPDX-License-Identifier: Apache-2.0
"""What was verified of a file's attestations, and how a project was published last."""

from typing import Any

from django.db import models

from cheeseshop.core.clock import now


class Provenance(models.Model):
    """What the attestations of a file said when they were verified, for people to read.

    The bytes that clients fetch lie in the store; ``File.provenance_sha256`` is their digest. ``publisher`` is who
    signed, as in those bytes, and ``statements`` is one object an attestation (``reading.Statement``).
    """

    file = models.OneToOneField("catalog.File", primary_key=True, on_delete=models.CASCADE, related_name="provenance")
    publisher: Any = models.JSONField(default=dict)
    statements: Any = models.JSONField(default=list)
    verified_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"provenance of {self.file_id}"


class Practice(models.Model):
    """Whether a project's last file came from a trusted publisher. There is no row before one ever did."""

    project = models.OneToOneField(
        "catalog.Project", primary_key=True, on_delete=models.CASCADE, related_name="publishing_practice"
    )
    trusted = models.BooleanField(default=True)
    publisher = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.project_id} by {self.publisher}"
