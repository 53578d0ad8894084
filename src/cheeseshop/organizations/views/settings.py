# SPDX-License-Identifier: Apache-2.0
"""The history of an organisation and of a team; an organisation's settings."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.permissions import OrganizationAction
from cheeseshop.core.errors import Refusal
from cheeseshop.organizations.flows import settings as flows
from cheeseshop.organizations.forms import Profile, Typed
from cheeseshop.organizations.models import HistoryEntry
from cheeseshop.organizations.views.common import (
    BOTH,
    carry_out,
    organization_of,
    shell,
    team_of,
    team_shell,
)

_PAGE = 25


@require_safe
def history(request: HttpRequest, name: str) -> HttpResponse:
    """Show what happened in an organisation, newest first."""
    found, _ = organization_of(request, name)
    page = Paginator(HistoryEntry.objects.filter(organization=found).order_by("-id"), _PAGE)
    shown = page.get_page(request.GET.get("page"))
    context = {"entries": shown.object_list, "page": shown.number, "more": shown.has_next()}
    return render(request, "organizations/history.html", shell(request, found, "organization-history") | context)


@require_safe
def team_history(request: HttpRequest, name: str, team: str) -> HttpResponse:
    """Show what happened to a team under its present name, newest first."""
    organization, found, _ = team_of(request, name, team)
    rows = HistoryEntry.objects.filter(organization=organization, team=found.name).order_by("-id")
    shown = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {"entries": shown.object_list, "page": shown.number, "more": shown.has_next()}
    whole = team_shell(request, organization, found, "team-history") | context
    return render(request, "organizations/team_history.html", whole)


@require_http_methods(BOTH)
def settings(request: HttpRequest, name: str) -> HttpResponse:
    """Change what an organisation tells of itself, or delete it."""
    found, user = organization_of(request, name, OrganizationAction.SETTINGS, to_see=True)
    told = {field: getattr(found, field) for field in ("display_name", "kind", "url", "description")}
    profile = Profile(request.POST if "save" in request.POST else None, initial=told)
    remove = Typed(found.name, _("Type %(name)s to delete it"), request.POST if "delete" in request.POST else None)
    if "save" in request.POST and profile.is_valid():
        try:
            flows.change_profile(found.pk, flows.Profile(**profile.cleaned_data), user)
        except Refusal as error:
            profile.add_error(None, error.message)
        else:
            carry_out(request, lambda: None, gettext("The settings are saved."))
            return redirect("organization-settings", name=found.name)
    if (
        "delete" in request.POST
        and remove.is_valid()
        and carry_out(
            request,
            lambda: flows.delete_organization(found.pk, user),
            gettext("%(name)s is deleted.") % {"name": found.name},
        )
    ):
        return redirect("organizations")
    context = {"profile": profile, "remove": remove, "owned": found.projects.count()}
    return render(request, "organizations/settings.html", shell(request, found, "organization-settings") | context)
