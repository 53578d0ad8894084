# SPDX-License-Identifier: Apache-2.0
"""Roles on projects."""

from django.conf import settings
from django.db import models

from cheeseshop.core.ids import new_id


class Role(models.TextChoices):
    """What a person is to a project."""

    OWNER = "Owner"
    MAINTAINER = "Maintainer"


class ProjectRole(models.Model):
    """One person's role on one project."""

    project = models.ForeignKey(  # its index is the unique constraint's
        "catalog.Project", on_delete=models.CASCADE, related_name="roles", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="project_roles")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="role_one_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.project}"


class Invitation(models.Model):
    """An offer of a role that its person has not answered yet. Answered and revoked ones are removed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey("catalog.Project", on_delete=models.CASCADE, related_name="invitations", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=16, choices=Role.choices)
    invited_by = models.CharField(max_length=50)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="invitation_one_per_person")]

    def __str__(self) -> str:
        return f"{self.user} may become {self.role} of {self.project}"
