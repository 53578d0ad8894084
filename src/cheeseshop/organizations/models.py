# SPDX-License-Identifier: Apache-2.0
"""Organisations, their people and teams, what is offered to and by them, and their history."""

import re
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.models import Role
from cheeseshop.core.clock import now
from cheeseshop.core.ids import new_id

NAME = RegexValidator(
    r"\A[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?\Z",
    _("A name has letters, digits, '.', '_' and '-', and begins and ends with a letter or digit."),
)
LONGEST_NAME = 50


def normalized(name: str) -> str:
    """Return what two names of organisations or teams must not share: lower case, one '-' for runs of '-', '_', '.'."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Kind(models.TextChoices):
    """What an organisation is."""

    COMMUNITY = "Community", _("Community")
    COMPANY = "Company", _("Company")


class MemberRole(models.TextChoices):
    """What a person is to an organisation."""

    OWNER = "Owner", _("Owner")
    MANAGER = "Manager", _("Manager")
    MEMBER = "Member", _("Member")


class Described(models.Model):
    """What an organisation tells of itself, asked for or given."""

    name = models.CharField(max_length=LONGEST_NAME, validators=[NAME])
    normalized_name = models.CharField(max_length=LONGEST_NAME)
    display_name = models.CharField(max_length=100)
    url = models.URLField(max_length=400, blank=True, validators=[URLValidator(["http", "https"])])
    description = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Organization(Described):
    """An organisation. Its row is what changes of its people, teams and offers lock.

    Limits are in bytes and hold for each of its projects; None: the instance's own. A deactivated one can do nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=now)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    max_file_size = models.BigIntegerField(null=True, blank=True)
    max_total_size = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["normalized_name"], name="organization_name_any_spelling"),
            models.UniqueConstraint(Lower("name"), name="organization_name_any_case"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="organization_kind_known"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["max_file_size"], name="organization_own_limit", condition=models.Q(max_file_size__isnull=False)
            )
        ]


class UsedName(models.Model):
    """Every name that an organisation ever had, normalised. It outlives it: links to it never mean another one."""

    normalized_name = models.CharField(primary_key=True, max_length=LONGEST_NAME)

    def __str__(self) -> str:
        return self.normalized_name


class Application(Described):
    """A person's wish for an organisation, which an administrator decides. ``statement`` is what it is for."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an administrator")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organization_applications"
    )
    statement = models.TextField(max_length=2000)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN, db_index=True)
    reason = models.CharField(max_length=1000, blank=True)
    submitted_at = models.DateTimeField(default=now)
    decided_by = models.CharField(max_length=50, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)


class Membership(models.Model):
    """One person's role in one organisation. ``is_public``: the person lets the public page name them."""

    organization = models.ForeignKey(  # its index is the unique constraint's
        Organization, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=MemberRole.choices)
    is_public = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=MemberRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.organization}"


class MemberInvitation(models.Model):
    """An offer of membership that its person has not answered yet. Answered and revoked ones are removed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="organization_invitations"
    )
    role = models.CharField(max_length=16, choices=MemberRole.choices)
    invited_by = models.CharField(max_length=50)
    sent_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_invitation_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} may become {self.role} of {self.organization}"


class Team(models.Model):
    """Some of an organisation's members and service accounts, who share roles on its projects."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams", db_index=False)
    name = models.CharField(max_length=LONGEST_NAME, validators=[NAME])
    normalized_name = models.CharField(max_length=LONGEST_NAME)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "normalized_name"], name="team_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Somebody in a team: a member of its organisation, or one of its service accounts."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_memberships")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class TeamRole(models.Model):
    """One team's role on one project of its organisation."""

    project = models.ForeignKey("catalog.Project", on_delete=models.CASCADE, related_name="team_roles", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "team"], name="team_role_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="team_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.team} is {self.role} of {self.project}"


class ProjectOffer(models.Model):
    """A project on its way to an organisation or to a person, until these accept. One at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.OneToOneField("catalog.Project", on_delete=models.CASCADE, related_name="offer")
    to_organization = models.ForeignKey(
        Organization, null=True, on_delete=models.CASCADE, related_name="offered_projects"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="offered_projects"
    )
    from_organization = models.ForeignKey(
        Organization, null=True, on_delete=models.CASCADE, related_name="offers", db_index=False
    )
    offered_by = models.CharField(max_length=50)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(to_organization__isnull=True) ^ models.Q(to_user__isnull=True), name="offer_to_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} to {self.to_organization or self.to_user}"


class HistoryEntry(models.Model):
    """One line of an organisation's history. Names are text, because entries outlive what they speak of."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="history", db_index=False)
    at = models.DateTimeField(default=now)
    actor = models.CharField(max_length=50)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=300, blank=True)
    team = models.CharField(max_length=LONGEST_NAME, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organization", "id"], name="history_by_organization")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
