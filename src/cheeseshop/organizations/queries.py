# SPDX-License-Identifier: Apache-2.0
"""What pages and the API show of organisations."""

from uuid import UUID

from django.db.models import Count, QuerySet

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.core.facts import Visibility
from cheeseshop.organizations.models import (
    Application,
    MemberInvitation,
    Membership,
    Organization,
    ProjectOffer,
    Team,
    normalized,
)


def organization_named(name: str) -> Organization | None:
    """Return the organisation of that name, in any spelling, or None."""
    return None if "\0" in name else Organization.objects.filter(normalized_name=normalized(name)).first()


def team_named(organization: Organization, name: str) -> Team | None:
    """Return the team of that name, in any spelling, or None."""
    if "\0" in name:
        return None
    return Team.objects.filter(organization=organization, normalized_name=normalized(name)).first()


def public_projects(organization: Organization, after: str, limit: int) -> list[tuple[UUID, str]]:
    """Return projects of the organisation that anybody may see: identity and name, by name, from behind one on."""
    shown = Project.objects.filter(organization=organization, quarantined_at=None, visibility=Visibility.PUBLIC.value)
    rows = shown.filter(normalized_name__gt=after).order_by("normalized_name")
    return list(rows.values_list("pk", "normalized_name")[:limit])


def public_members(organization: Organization) -> list[Membership]:
    """Return the members who let the public page name them, owners first."""
    rows = Membership.objects.filter(organization=organization, is_public=True, user__is_active=True)
    return sorted(rows.select_related("user")[:500], key=by_rank)


def by_rank(membership: Membership) -> tuple[int, str]:
    """Order memberships: owners, managers, members; each by name."""
    return ("Owner", "Manager", "Member").index(membership.role), membership.user.username.lower()


def members(organization: Organization) -> list[Membership]:
    """Return all members, owners first."""
    rows = Membership.objects.filter(organization=organization).select_related("user")
    return sorted(rows[:2000], key=by_rank)


def teams(organization: Organization) -> QuerySet[Team]:
    """Return an organisation's teams by name, with how many are in each and on how many projects it has a role."""
    counted = Team.objects.filter(organization=organization).annotate(
        people=Count("members", distinct=True), projects=Count("roles", distinct=True)
    )
    return counted.order_by("normalized_name")


def service_accounts(organization: Organization) -> list[User]:
    """Return an organisation's service accounts by name, those that were removed left out."""
    rows = User.objects.filter(service_of=organization, deleted_at=None)
    return list(rows.annotate(token_count=Count("tokens")).order_by("username"))


def memberships_of(person: User) -> list[Membership]:
    """Return a person's memberships by the organisations' names."""
    rows = Membership.objects.filter(user=person).select_related("organization")
    return list(rows.order_by("organization__normalized_name"))


def invitations_of(person: User) -> QuerySet[MemberInvitation]:
    """Return the invitations that a person may answer."""
    return MemberInvitation.objects.filter(user=person, expires_at__gt=now()).select_related("organization")


def offers_to(person: User) -> QuerySet[ProjectOffer]:
    """Return the projects that are offered to a person."""
    return ProjectOffer.objects.filter(to_user=person, expires_at__gt=now()).select_related("project")


def applications_of(person: User) -> QuerySet[Application]:
    """Return a person's applications that are not approved, newest first."""
    return Application.objects.filter(applicant=person).exclude(state="approved").order_by("-submitted_at")
