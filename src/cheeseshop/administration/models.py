# SPDX-License-Identifier: Apache-2.0
"""What the site's keepers did, to whom, and why."""

from typing import ClassVar

from django.db import models

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


class Deed(models.Model):
    """One thing that a keeper did. Names are text, because deeds outlive what they were done to.

    ``kind`` is the model that it was done to and ``subject_id`` its key; ``action`` is the word in the address.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=now)
    actor = models.CharField(max_length=50)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    subject_id = models.CharField(max_length=260)
    reason = models.CharField(max_length=500)
    detail = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes: ClassVar = [  # identities begin with the time, so that each list is read from an index, newest first
            models.Index(fields=["kind", "subject_id", "-id"], name="deed_by_subject"),
            models.Index(fields=["actor", "-id"], name="deed_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.subject}"
