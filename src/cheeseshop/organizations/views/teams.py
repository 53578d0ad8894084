# SPDX-License-Identifier: Apache-2.0
"""The teams of an organisation, and the pages about one."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cheeseshop.access.models import Role
from cheeseshop.access.ownership import Listing, held
from cheeseshop.access.permissions import Action, OrganizationAction, TeamAction, may
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Refusal
from cheeseshop.organizations import queries
from cheeseshop.organizations.flows import teams as flows
from cheeseshop.organizations.forms import Choose, ChooseWithRole, NameTeam, Typed
from cheeseshop.organizations.models import Membership, Organization, Team, TeamMember, TeamRole
from cheeseshop.organizations.views.common import (
    BOTH,
    carry_out,
    organization_of,
    shell,
    team_of,
    team_shell,
    why_not,
)

_MOST = 1000


@require_http_methods(BOTH)
def teams(request: HttpRequest, name: str) -> HttpResponse:
    """List the teams; make one."""
    found, user = organization_of(request, name, OrganizationAction.TEAMS)
    form = NameTeam(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = flows.create_team(found.pk, form.cleaned_data["name"], user)
        except Refusal as error:
            form.add_error("name", error.message)
        else:
            return redirect("team-members", name=found.name, team=made.name)
    context = {"form": form, "teams": queries.teams(found)}
    return render(request, "organizations/teams.html", shell(request, found, "organization-teams") | context)


def _changing(request: HttpRequest, organization: Organization, team: Team, user: User) -> bool:
    """Tell whether the person may change the team.

    Raises:
        PermissionDenied: when they try, and may not.
    """
    able = may(user, TeamAction.CHANGE, team.pk)
    if request.method == "POST" and not able:
        raise why_not(organization)
    return able


@require_http_methods(BOTH)
def members(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """List who is in a team; add and take out; leave."""
    organization, found, user = team_of(request, name, team)
    leaving = request.POST.get("remove") == str(user.pk)
    able = may(user, TeamAction.CHANGE, found.pk) if leaving else _changing(request, organization, found, user)
    inside = list(TeamMember.objects.filter(team=found).select_related("user").order_by("user__username"))
    form = Choose(gettext("Member"), _choices(organization, inside), request.POST if "add" in request.POST else None)
    if "remove" in request.POST:
        person = next((each.user_id for each in inside if str(each.user_id) == request.POST["remove"]), UUID(int=0))
        carry_out(
            request, lambda: flows.remove_member(found.pk, person, user), gettext("They are not in the team any more.")
        )
        return redirect("team-members", name=organization.name, team=found.name)
    if form.is_valid():
        carry_out(
            request,
            lambda: flows.add_member(found.pk, form.cleaned_data["chosen"], user),
            gettext("%(chosen)s is in the team.") % {"chosen": form.cleaned_data["chosen"]},
        )
        return redirect("team-members", name=organization.name, team=found.name)
    context = {"members": inside, "form": form, "able": able}
    whole = team_shell(request, organization, found, "team-members") | context
    return render(request, "organizations/team_members.html", whole)


def _choices(organization: Organization, inside: list[TeamMember]) -> list[tuple[str, str]]:
    """Return the members and service accounts that are not in the team."""
    taken = {each.user_id for each in inside}
    rows = Membership.objects.filter(organization=organization).select_related("user").order_by("user__username")
    people = [(m.user.username, m.user.username) for m in rows[:_MOST] if m.user_id not in taken]
    accounts = queries.service_accounts(organization)
    return people + [
        (a.username, gettext("%(username)s (service account)") % {"username": a.username})
        for a in accounts
        if a.pk not in taken
    ]


@require_http_methods(BOTH)
def projects(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """List a team's roles on projects; those who may administer a project give and take them."""
    organization, found, user = team_of(request, name, team)
    roles = list(TeamRole.objects.filter(team=found).select_related("project").order_by("project__normalized_name"))
    mine = _administered(organization, user)
    form = ChooseWithRole(gettext("Project"), mine, request.POST if "give" in request.POST else None)
    if request.method == "POST":
        if "take" in request.POST:
            _take(request, found, user, {str(role.project_id): role.project for role in roles})
        elif not mine:
            raise why_not(organization)
        elif form.is_valid():
            told = form.cleaned_data
            carry_out(
                request,
                lambda: flows.give_role(found.pk, UUID(told["chosen"]), Role(told["role"]), user),
                gettext("%(name)s has the role.") % {"name": found.name},
            )
        if "take" in request.POST or form.is_valid():
            return redirect("team-projects", name=organization.name, team=found.name)
    context = {"roles": roles, "form": form, "mine": {key for key, _ in mine}}
    whole = team_shell(request, organization, found, "team-projects") | context
    return render(request, "organizations/team_projects.html", whole)


def _administered(organization: Organization, user: User) -> list[tuple[str, str]]:
    """Return the organisation's projects that a person may administer now."""
    owned = [project for project, role in held(user.pk, Listing(limit=_MOST)) if role == Role.OWNER]
    rows = Project.objects.filter(pk__in=owned, organization=organization, quarantined_at=None)
    if organization.deactivated_at is not None:
        return []
    return [(str(each.pk), each.name) for each in rows.order_by("normalized_name")]


def _take(request: HttpRequest, team: Team, user: User, held_by_team: dict[str, Project]) -> None:
    project = held_by_team.get(request.POST["take"])
    if project is None or not may(user, Action.ADMIN, project.pk):
        raise PermissionDenied
    carry_out(request, lambda: flows.take_role(team.pk, project.pk, user), gettext("The role is taken."))


@require_http_methods(BOTH)
def settings(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Rename a team, or remove it."""
    organization, found, user = team_of(request, name, team)
    able = _changing(request, organization, found, user)
    rename = NameTeam(request.POST if "rename" in request.POST else None, initial={"name": found.name})
    remove = Typed(
        found.name, _("Type %(name)s to remove the team"), request.POST if "delete" in request.POST else None
    )
    if "rename" in request.POST and rename.is_valid():
        try:
            renamed = flows.rename_team(found.pk, rename.cleaned_data["name"], user)
        except Refusal as error:
            rename.add_error("name", error.message)
        else:
            return redirect("team-settings", name=organization.name, team=renamed.name)
    if "delete" in request.POST and remove.is_valid():
        carry_out(
            request,
            lambda: flows.remove_team(found.pk, user),
            gettext("The team %(name)s is removed.") % {"name": found.name},
        )
        return redirect("organization-teams", name=organization.name)
    context = {"rename": rename, "remove": remove, "able": able}
    whole = team_shell(request, organization, found, "team-settings") | context
    return render(request, "organizations/team_settings.html", whole)
