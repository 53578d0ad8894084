# SPDX-License-Identifier: Apache-2.0
"""The routes of organisations. They are read only: who belongs to one is decided on the site."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from cheeseshop.access.permissions import Action
from cheeseshop.api.answers import REFUSALS
from cheeseshop.api.schemas import MemberOut, OrganizationOut, TeamOut
from cheeseshop.api.security import bearer_of, caller, organization_for
from cheeseshop.organizations.models import Membership, Organization, Team
from cheeseshop.organizations.queries import members, memberships_of

router = Router(tags=["organizations"])


@router.get("/organizations/", response={200: list[OrganizationOut], **REFUSALS})
def list_organizations(request: HttpRequest) -> list[dict[str, Any]]:
    """List the organisations of the token's owner."""
    bearer_of(request).check("", None, Action.READ.value)
    return [_organization(each.organization, each.role) for each in memberships_of(caller(request))]


def _organization(organization: Organization, role: str) -> dict[str, Any]:
    told = {name: getattr(organization, name) for name in ("name", "display_name", "kind", "description", "url")}
    return told | {"role": role, "active": organization.deactivated_at is None}


@router.get("/organizations/{name}/", response={200: OrganizationOut, **REFUSALS})
def read_organization(request: HttpRequest, name: str) -> dict[str, Any]:
    """Read one organisation."""
    found = organization_for(request, name)
    membership = Membership.objects.filter(organization=found, user=bearer_of(request).person.id).first()
    return _organization(found, membership.role if membership else "")


@router.get("/organizations/{name}/members/", response={200: list[MemberOut], **REFUSALS})
def list_members(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the members of an organisation, owners first."""
    return [{"username": m.user.username, "role": m.role} for m in members(organization_for(request, name))]


@router.get("/organizations/{name}/teams/", response={200: list[TeamOut], **REFUSALS})
def list_teams(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the teams of an organisation, with who is in them and their roles on projects."""
    rows = Team.objects.filter(organization=organization_for(request, name)).order_by("normalized_name")
    return [
        {
            "name": team.name,
            "members": sorted(member.user.username for member in team.members.all()),
            "projects": {role.project.normalized_name: role.role for role in team.roles.all()},
        }
        for team in rows.prefetch_related("members__user", "roles__project")
    ]
