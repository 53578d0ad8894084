# SPDX-License-Identifier: Apache-2.0
"""A person's organisations: applying for one, and answering invitations and offers; the public page."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.accounts.views.settings import me
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.organizations import queries
from cheeseshop.organizations.flows import applications, people, projects
from cheeseshop.organizations.forms import Apply, Typed
from cheeseshop.organizations.models import Application
from cheeseshop.organizations.views.common import BOTH, carry_out
from cheeseshop.web.held_projects import held_projects


@require_safe
def organization(request: HttpRequest, name: str) -> HttpResponse:
    """Show an organisation to anybody: what it tells, its projects, and the members who want to be named."""
    found = queries.organization_named(name)
    if found is None:
        raise Http404(gettext("There is no organisation named %(name)s.") % {"name": name})
    if found.name != name:
        return redirect("organization", name=found.name, permanent=True)
    context = {"organization": found, "members": queries.public_members(found)}
    held = held_projects(request, lambda after, limit: queries.public_projects(found, after, limit))
    return render(request, "organizations/public.html", context | held)


@require_http_methods(BOTH)
def organizations(request: HttpRequest) -> HttpResponse:
    """List a person's organisations, invitations, offers and applications; apply for another one."""
    user = me(request)
    form = Apply(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = applications.apply(applications.Wish(**form.cleaned_data), user)
        except Conflict as error:
            form.add_error("name", error.message)
        except Refusal as error:
            form.add_error(None, error.message)
        else:
            if made.state == Application.State.APPROVED:
                messages.success(request, gettext("The organisation %(name)s is yours.") % {"name": made.name})
                return redirect("organization-projects", name=made.name)
            messages.success(
                request, gettext("You asked for %(name)s; an administrator will decide.") % {"name": made.name}
            )
            return redirect("organizations")
    context = {
        "form": form,
        "memberships": queries.memberships_of(user),
        "invitations": queries.invitations_of(user),
        "offers": queries.offers_to(user),
        "applications": queries.applications_of(user),
        "approval": current.settings().organization_approval,
    }
    return render(request, "organizations/organizations.html", context)


@require_http_methods(BOTH)
def application(request: HttpRequest, application: UUID) -> HttpResponse:
    """Show a person's application; take it back."""
    user = me(request)
    found = Application.objects.filter(pk=application, applicant=user).first()
    if found is None:
        raise Http404(gettext("There is no such application; it may be withdrawn."))
    if request.method == "POST":
        carry_out(
            request,
            lambda: applications.withdraw(application, user),
            gettext("You asked for %(name)s no more.") % {"name": found.name},
        )
        return redirect("organizations")
    return render(request, "organizations/application.html", {"application": found})


@require_http_methods(BOTH)
def invitation(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """Accept or decline a membership."""
    user = me(request)
    try:
        found = people.open_invitation(invitation, user)
    except Missing as error:
        raise Http404(error.message) from error
    name = found.organization.name
    if request.method != "POST":
        return render(request, "organizations/invitation.html", {"invitation": found})
    if "accept" not in request.POST:
        carry_out(
            request,
            lambda: people.decline(invitation, user),
            gettext("You declined the invitation to %(name)s.") % {"name": name},
        )
        return redirect("organizations")
    if carry_out(
        request,
        lambda: people.accept(invitation, user),
        gettext("You are %(role)s of %(name)s now.") % {"role": gettext(found.role), "name": name},
    ):
        return redirect("organization-projects", name=name)
    return redirect("organizations")


@require_http_methods(BOTH)
def offer(request: HttpRequest, offer: UUID) -> HttpResponse:
    """Accept or decline a project."""
    user = me(request)
    try:
        found = projects.open_offer(offer, user)
    except Missing as error:
        raise Http404(error.message) from error
    project = found.project
    form = Typed(project.name, _("Type %(name)s to accept it"), request.POST if "accept" in request.POST else None)
    if "decline" in request.POST:
        carry_out(
            request, lambda: projects.refuse(offer, user), gettext("You declined %(name)s.") % {"name": project.name}
        )
        return redirect("organizations")
    if form.is_valid() and carry_out(
        request,
        lambda: projects.accept(offer, user),
        (
            gettext("%(name)s has moved to %(taker)s.")
            if found.to_organization
            else gettext("%(name)s has moved to you.")
        )
        % {"name": project.name, "taker": found.to_organization},
    ):
        return redirect("manage-project-organization", name=project.normalized_name)
    return render(request, "organizations/offer.html", {"offer": found, "form": form})
