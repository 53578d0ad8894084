# SPDX-License-Identifier: Apache-2.0
"""Claims: requests for names, how their owners were sought, and everything that happened to them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id


class Ground(models.TextChoices):
    """Why somebody asks for a name (PEP 541)."""

    ABANDONED = "abandoned", _("Abandoned: I want the name for another project")
    CONTINUATION = "continuation", _("Abandoned: I want to go on with its maintenance")
    INVALID = "invalid", _("Invalid: empty, a placeholder, or nothing that works")
    INFRINGING = "infringing", _("Infringing: a trademark or another right of mine")


class Claim(models.Model):
    """One person's request for one name. Names are kept as text too, because it outlives project and account."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ASKED = "asked", _("A question was asked")
        TRANSFERRED = "transferred", _("Transferred")
        FREED = "freed", _("The name is free")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Answer(models.TextChoices):
        KEEP = "keep", _("Keeps the project")
        GIVE = "give", _("Gives the project away")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey("catalog.Project", null=True, on_delete=models.SET_NULL, related_name="claims")
    project_name = models.CharField(max_length=200)
    normalized_name = models.CharField(max_length=200, db_index=True)
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="name_claims", db_index=False
    )
    claimant_name = models.CharField(max_length=50)
    owners = models.JSONField(default=list)  # identities of those who owned the project: they may go on reading
    ground = models.CharField(max_length=16, choices=Ground.choices)
    reasons = models.TextField(max_length=4000)
    plan = models.TextField(max_length=4000)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=now)
    deadline = models.DateTimeField()
    notices = models.PositiveSmallIntegerField(default=0)
    next_notice_at = models.DateTimeField(null=True, blank=True)
    owners_answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    answered_by = models.CharField(max_length=50, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    question = models.TextField(max_length=4000, blank=True)
    evidence = models.JSONField(default=list)  # each criterion and whether it was met, when it was decided
    decided_by = models.CharField(max_length=50, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claimant", "normalized_name"],
                name="claim_one_open",
                condition=models.Q(state__in=["open", "asked"]),
            )
        ]
        indexes = [
            models.Index(fields=["claimant", "-id"], name="claim_by_claimant"),
            models.Index(fields=["state", "-id"], name="claim_by_state"),
            models.Index(fields=["next_notice_at"], name="claim_due", condition=models.Q(next_notice_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"claim of {self.normalized_name} by {self.claimant_name}: {self.state}"

    @property
    def undecided(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in {self.State.OPEN, self.State.ASKED}


class ContactTry(models.Model):
    """One attempt to reach the owners: the claimant's, by their word, or a mail of ours."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="tries")
    on = models.DateField()
    by = models.CharField(max_length=50)
    how = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.on} {self.by}: {self.how}"


class ClaimEvent(models.Model):
    """One line of a claim's history."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=now)
    actor = models.CharField(max_length=50)
    what = models.CharField(max_length=200)
    reason = models.TextField(max_length=4000, blank=True)

    def __str__(self) -> str:
        return f"{self.at} {self.actor}: {self.what}"
