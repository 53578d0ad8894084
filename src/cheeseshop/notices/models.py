# SPDX-License-Identifier: Apache-2.0
"""Texts that administrators wrote, announcements, and who changed them when."""

from django.db import models

from cheeseshop.core.clock import now

LONGEST_TEXT = 64 * 1024
LONGEST_TITLE = 150
LONGEST_NOTE = 300


class SiteText(models.Model):
    """What a site says under a key of the catalogue. No row, or ``is_default``: what is shipped. Empty: nothing.

    ``number`` counts the changes, so that of two people who edit at once one is told.
    """

    key = models.CharField(primary_key=True, max_length=30)
    number = models.PositiveIntegerField(default=1)
    is_default = models.BooleanField(default=False)
    text = models.TextField(max_length=LONGEST_TEXT, blank=True)
    changed_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.key


class Announcement(models.Model):
    """Something that everybody should know. The text is Markdown."""

    title = models.CharField(max_length=LONGEST_TITLE)
    text = models.TextField(max_length=LONGEST_TEXT)
    published_at = models.DateTimeField(default=now, db_index=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return self.title


class Change(models.Model):
    """Who changed a text or an announcement, when and why; ``text`` is what it said from then on."""

    subject = models.CharField(max_length=60)
    action = models.CharField(max_length=20)
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    text = models.TextField(max_length=LONGEST_TEXT, blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="notice_change_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.action} by {self.by}"
