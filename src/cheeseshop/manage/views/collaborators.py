# SPDX-License-Identifier: Apache-2.0
"""Who works on a project."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.access.permissions import Action, may
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows import collaborators as flows
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.manage.forms import Invite
from cheeseshop.manage.views.common import BOTH, attempt, project_of, shell


@require_http_methods(BOTH)
def collaborators(request: HttpRequest, name: str) -> HttpResponse:
    """List the collaborators and open invitations; invite somebody."""
    project, user = project_of(request, name, Action.ADMIN)
    form = Invite(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = flows.invite(project.pk, told["username"], Role(told["role"]), user)
        except Refusal as error:
            form.add_error("username", error.message)
        else:
            said = (
                gettext("%(username)s has the role now.") % {"username": made.user.username}
                if made.changed
                else gettext("%(username)s is invited.") % {"username": made.user.username}
            )
            attempt(request, lambda: made.changed, said)
            return redirect("manage-collaborators", name=project.normalized_name)
    context = {
        "form": form,
        "roles": ProjectRole.objects.filter(project=project).select_related("user").order_by("role", "user__username"),
        "invitations": Invitation.objects.filter(project=project).select_related("user"),
        "now": now(),
    }
    return render(request, "manage/collaborators.html", shell(request, project, "manage-collaborators") | context)


@require_POST
def change(request: HttpRequest, name: str, person: UUID) -> HttpResponse:
    """Give somebody another role, or take it. People may leave by themselves."""
    leaving = person == me(request).pk and "remove" in request.POST
    project, user = project_of(request, name, Action.READ if leaving else Action.ADMIN)
    if "remove" in request.POST:
        attempt(request, lambda: flows.remove(project.pk, person, user), gettext("The role is taken."))
    else:
        role = Role.OWNER if request.POST.get("role") == Role.OWNER else Role.MAINTAINER
        attempt(request, lambda: flows.change_role(project.pk, person, role, user), gettext("The role is changed."))
    if not may(user, Action.READ, project.pk):
        return redirect("projects")
    return redirect("manage-collaborators", name=project.normalized_name)


@require_POST
def revoke(request: HttpRequest, name: str, invitation: UUID) -> HttpResponse:
    """Take an invitation back."""
    project, user = project_of(request, name, Action.ADMIN)
    try:
        whose = flows.revoke(project.pk, invitation, user.username)
        messages.success(request, gettext("The invitation of %(whose)s is revoked.") % {"whose": whose})
    except Refusal as error:
        messages.error(request, error.message)
    return redirect("manage-collaborators", name=project.normalized_name)


@require_http_methods(BOTH)
def invitation(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """Accept or decline an invitation."""
    user = me(request)
    found = Invitation.objects.select_related("project").filter(pk=invitation, user=user, expires_at__gt=now()).first()
    if found is None:
        raise Http404(gettext("This invitation was revoked, answered, or has expired; ask an owner for another one."))
    if request.method != "POST":
        return render(request, "manage/invitation.html", {"invitation": found})
    project = found.project
    if "accept" not in request.POST:
        flows.decline(invitation, user)
        messages.success(request, gettext("You declined the invitation to %(name)s.") % {"name": project.name})
        return redirect("projects")
    if attempt(
        request,
        lambda: flows.accept(invitation, user),
        gettext("You are %(role)s of %(name)s now.") % {"role": gettext(found.role), "name": project.name},
    ):
        return redirect("manage-releases", name=project.normalized_name)
    raise PermissionDenied
