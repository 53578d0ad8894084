# SPDX-License-Identifier: Apache-2.0
"""Observations: what somebody, or a check of ours, noticed, and what was made of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


class Kind(models.TextChoices):
    """What an observation is of."""

    MALWARE = "malware", _("Malware")
    SPAM = "spam", _("Spam")
    TYPO = "typo", _("Close to a well-known name")
    DEPENDENCY_CONFUSION = "dependency_confusion", _("Dependency confusion")
    SQUATTING = "squatting", _("Name squatting")
    BROKEN = "broken", _("Broken")
    PROVENANCE_LOST = "provenance_lost", _("Provenance lost")
    SUSPICIOUS = "suspicious", _("Suspicious file")
    NOT_SCANNED = "not_scanned", _("Could not be scanned")
    ADVISORY_DISPUTED = "advisory_disputed", _("Advisory disputed")
    OTHER = "other", _("Something else")


class Subject(models.TextChoices):
    """What kind of thing an observation is about."""

    PROJECT = "project", _("Project")
    RELEASE = "release", _("Release")
    FILE = "file", _("File")
    USER = "user", _("Person")
    ORGANIZATION = "organization", _("Organisation")


class Verdict(models.TextChoices):
    """What was made of an observation."""

    CONFIRMED = "confirmed", _("Confirmed")
    HARMLESS = "harmless", _("Harmless")


class Observation(models.Model):
    """One observation. It names its subject in words, because it outlives the row; ``project_id`` may name a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=32, choices=Kind.choices)
    subject_kind = models.CharField(max_length=16, choices=Subject.choices, default=Subject.PROJECT)
    subject = models.CharField(max_length=500)
    project_id = models.UUIDField(null=True, blank=True)
    summary = models.CharField(max_length=2000)
    payload = models.JSONField(default=dict)
    reporter = models.CharField(max_length=100)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="observations"
    )
    automatic = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    verdict = models.CharField(max_length=16, choices=Verdict.choices, blank=True)
    verdict_by = models.CharField(max_length=50, blank=True)
    verdict_at = models.DateTimeField(null=True, blank=True)
    verdict_note = models.CharField(max_length=2000, blank=True)

    class Meta:
        indexes = [  # identities begin with the time, so that each list is read from an index, newest first
            models.Index(fields=["kind", "-id"], name="observation_by_kind"),
            models.Index(fields=["subject", "-id"], name="observation_by_subject"),
            models.Index(fields=["-id"], name="observation_undecided", condition=models.Q(verdict="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"


class Case(models.Model):
    """A quarantine: what is held, by whom, why, on what evidence; and its end. Identities begin with the time.

    ``project_id`` may name a row; ``version`` and ``filename`` are empty where the whole project is held. The row of
    what is held says whether it is: a case whose subject was removed is closed with it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project_id = models.UUIDField()
    project = models.CharField(max_length=200)
    version = models.CharField(max_length=200, blank=True)
    filename = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500)
    evidence = models.CharField(max_length=2000, blank=True)
    observation = models.ForeignKey(Observation, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases")
    held_by = models.CharField(max_length=100)
    held_at = models.DateTimeField(default=now)
    cleared_by = models.CharField(max_length=100, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="case_open", condition=models.Q(cleared_at=None)),
            models.Index(fields=["project_id"], name="case_by_project"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "version", "filename"],
                name="case_open_once",
                condition=models.Q(cleared_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What is held, in words."""
        return self.filename or (f"{self.project} {self.version}" if self.version else self.project)


class Appeal(models.Model):
    """What an owner says against a quarantine, and what a moderator answers. One waits at a time in each case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appeals")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    writer = models.CharField(max_length=50)
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField(default=now)
    answer = models.TextField(max_length=4000, blank=True)
    answered_by = models.CharField(max_length=50, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="appeal_one_waits", condition=models.Q(answered_at=None))
        ]

    def __str__(self) -> str:
        return f"appeal of {self.writer}"
