# SPDX-License-Identifier: Apache-2.0
"""The projects of an organisation, and what organisation and teams are to one project."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cheeseshop.access.models import Role
from cheeseshop.access.permissions import Action, OrganizationAction, may
from cheeseshop.accounts.history import address_of
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.manage.views import common as manage
from cheeseshop.organizations.flows import projects as flows
from cheeseshop.organizations.flows import teams
from cheeseshop.organizations.forms import ChooseWithRole, GiveProject, NewProject
from cheeseshop.organizations.models import Organization, ProjectOffer, Team, TeamRole
from cheeseshop.organizations.queries import organization_named
from cheeseshop.organizations.views.common import BOTH, carry_out, organization_of, shell

_PAGE = 50


@require_http_methods(BOTH)
def projects(request: HttpRequest, name: str) -> HttpResponse:
    """List an organisation's projects and those offered to it; make one."""
    found, user = organization_of(request, name, OrganizationAction.ADD_PROJECTS)
    form = NewProject(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["name"]
        if carry_out(
            request,
            lambda: flows.create_project(found.pk, wanted, user, address_of(request)),
            gettext("%(wanted)s is made. Give a team a role on it, and publish its first release.")
            % {"wanted": wanted},
        ):
            return redirect("organization-projects", name=found.name)
    rows = Project.objects.filter(organization=found).order_by("normalized_name")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    offers = ProjectOffer.objects.filter(to_organization=found, expires_at__gt=now()).select_related("project")
    context = {
        "projects": page.object_list,
        "page": page.number,
        "more": page.has_next(),
        "offers": offers,
        "form": form,
    }
    return render(request, "organizations/projects.html", shell(request, found, "organization-projects") | context)


@require_http_methods(BOTH)
def organization_of_project(request: HttpRequest, name: str) -> HttpResponse:
    """Show a project's organisation and its teams' roles; give and take these; offer the project to others."""
    project, user = manage.project_of(request, name, Action.ADMIN)
    roles = [(str(t.pk), t.name) for t in Team.objects.filter(organization=project.organization_id).order_by("name")]
    give = GiveProject(
        project.name, request.POST if "offer" in request.POST else None, to_people=project.organization_id is not None
    )
    role = ChooseWithRole(gettext("Team"), roles, request.POST if "give" in request.POST else None)
    if request.method == "POST" and _change(request, project, user, give, role):
        if may(user, Action.READ, project.pk):
            return redirect("manage-project-organization", name=project.normalized_name)
        return redirect("projects")
    context = _shown(project, user) | {"give": give, "team_role": role}
    view = "manage-project-organization"
    return render(request, "organizations/of_project.html", manage.shell(request, project, view) | context)


def _shown(project: Project, user: User) -> dict[str, Any]:
    offer = ProjectOffer.objects.filter(project=project).select_related("to_organization", "to_user").first()
    owner = project.organization_id
    giver = may(user, OrganizationAction.GIVE_PROJECTS, owner) if owner else may(user, Action.ADMIN, project.pk)
    return {
        "roles": TeamRole.objects.filter(project=project).select_related("team").order_by("team__name"),
        "offer": offer,
        "now": now(),
        "may_give": giver and may(user, Action.ADMIN, project.pk),
        "member": owner is not None and may(user, OrganizationAction.READ, owner),
    }


def _change(request: HttpRequest, project: Project, user: User, give: GiveProject, role: ChooseWithRole) -> bool:
    """Do what the pressed button says. Tells whether the page is to be loaded again."""
    if "take_back" in request.POST:
        carry_out(request, lambda: flows.take_back(project.pk, user), gettext("The offer is taken back."))
        return True
    if "take" in request.POST:
        team = _identity(request.POST.get("take", ""))
        carry_out(request, lambda: teams.take_role(team, project.pk, user), gettext("The role is taken."))
        return True
    if "give" in request.POST and role.is_valid():
        told = role.cleaned_data
        return carry_out(
            request,
            lambda: teams.give_role(UUID(told["chosen"]), project.pk, Role(told["role"]), user),
            gettext("The team has the role."),
        )
    if "offer" not in request.POST or not give.is_valid():
        return False
    try:
        target = _target(give.cleaned_data)
    except Refusal as error:
        give.add_error("to", error.message)
        return False
    return carry_out(
        request,
        lambda: _offer(project, target, user),
        gettext("%(name)s is offered to %(target)s.") % {"name": project.name, "target": target},
    )


def _offer(project: Project, target: Organization | User, user: User) -> object:
    return flows.offer(project.pk, target, user).changed


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # nothing has it


def _target(told: dict[str, Any]) -> Organization | User:
    name = told["to"]
    target: Organization | User | None = (
        organization_named(name) if told["to_kind"] == "organization" else user_named(name)
    )
    if target is None or (isinstance(target, User) and not target.may_log_in):
        said = (
            gettext("There is no organisation named %(name)s.")
            if told["to_kind"] == "organization"
            else gettext("There is no user named %(name)s.")
        )
        raise Missing(said % {"name": name})
    return target
