# SPDX-License-Identifier: Apache-2.0
"""Who belongs to an organisation."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from cheeseshop.access.permissions import OrganizationAction, may
from cheeseshop.accounts.views.settings import me
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.organizations import queries
from cheeseshop.organizations.flows import people as flows
from cheeseshop.organizations.forms import InviteMember
from cheeseshop.organizations.models import MemberInvitation, MemberRole
from cheeseshop.organizations.views.common import BOTH, carry_out, organization_of, shell

_PEOPLE = OrganizationAction.PEOPLE


@require_http_methods(BOTH)
def people(request: HttpRequest, name: str) -> HttpResponse:
    """List members and open invitations; invite somebody."""
    found, user = organization_of(request, name, _PEOPLE)
    form = InviteMember(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = flows.invite(found.pk, told["username"], MemberRole(told["role"]), user)
        except Refusal as error:
            form.add_error("username", error.message)
        else:
            carry_out(request, lambda: None, gettext("%(username)s is invited.") % {"username": made.user.username})
            return redirect("organization-people", name=found.name)
    invitations = MemberInvitation.objects.filter(organization=found).select_related("user")
    context = {"form": form, "members": queries.members(found), "invitations": invitations, "now": now()}
    context["roles"] = MemberRole.values
    return render(request, "organizations/people.html", shell(request, found, "organization-people") | context)


@require_POST
def member(request: HttpRequest, name: str, person: UUID) -> HttpResponse:
    """Give a member another role, or remove them; or, about oneself, leave, or choose to be named in public."""
    myself = person == me(request).pk
    own = myself and not request.POST.keys().isdisjoint({"remove", "show", "hide"})
    found, user = organization_of(request, name, OrganizationAction.READ if own else _PEOPLE)
    if own and "remove" not in request.POST:
        flows.show_in_public(found.pk, user, shown="show" in request.POST)
        carry_out(request, lambda: None, gettext("Your choice is kept."))
    elif "remove" in request.POST:
        carry_out(request, lambda: flows.remove(found.pk, person, user), gettext("The membership is ended."))
    else:
        asked = request.POST.get("role", "")
        role = MemberRole(asked) if asked in MemberRole.values else MemberRole.MEMBER
        carry_out(request, lambda: flows.change_role(found.pk, person, role, user), gettext("The role is changed."))
    if not may(user, OrganizationAction.READ, found.pk):
        return redirect("organizations")
    return redirect("organization-people", name=found.name)


@require_POST
def resend(request: HttpRequest, name: str, invitation: UUID) -> HttpResponse:
    """Mail an invitation again."""
    found, user = organization_of(request, name, _PEOPLE)
    carry_out(request, lambda: flows.resend(found.pk, invitation, user), gettext("The invitation is sent again."))
    return redirect("organization-people", name=found.name)


@require_POST
def revoke(request: HttpRequest, name: str, invitation: UUID) -> HttpResponse:
    """Take an invitation back."""
    found, user = organization_of(request, name, _PEOPLE)
    carry_out(request, lambda: flows.revoke(found.pk, invitation, user), gettext("The invitation is revoked."))
    return redirect("organization-people", name=found.name)
