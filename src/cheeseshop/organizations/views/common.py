# SPDX-License-Identifier: Apache-2.0
"""What every page about one organisation or team begins with: which, may this person see it, may they change it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.permissions import OrganizationAction, may, powers_in
from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.organizations.models import Organization, Team
from cheeseshop.organizations.queries import organization_named, team_named
from cheeseshop.publishing.managing import follow
from cheeseshop.web.components import Tab
from cheeseshop.web.errors import Explained

BOTH = ["GET", "HEAD", "POST"]
_READ = OrganizationAction.READ
_TABS = (
    ("organization-projects", _("Projects"), _READ),
    ("organization-people", _("People"), _READ),
    ("organization-teams", _("Teams"), _READ),
    ("organization-service-accounts", _("Service accounts"), OrganizationAction.SERVICE_ACCOUNTS),
    ("organization-hygiene", _("Hygiene"), OrganizationAction.SERVICE_ACCOUNTS),
    ("organization-history", _("History"), _READ),
    ("organization-settings", _("Settings"), OrganizationAction.SETTINGS),
)
_TEAM_TABS = (
    ("team-projects", _("Projects")),
    ("team-members", _("Members")),
    ("team-history", _("History")),
    ("team-settings", _("Settings")),
)


def organization_of(
    request: HttpRequest, name: str, action: OrganizationAction = _READ, *, to_see: bool = False
) -> tuple[Organization, User]:
    """Return an organisation of the person's, who may do ``action`` where they send something (or ``to_see`` it).

    Raises:
        Http404: when there is none, or they are no member.
        PermissionDenied: when they may see it, but not do this.
    """
    user = me(request)
    found = organization_named(name)
    if found is None or not may(user, _READ, found.pk):
        raise Http404(gettext("You have no organisation named %(name)s.") % {"name": name})
    if (to_see or request.method == "POST") and not may(user, action, found.pk):
        raise why_not(found)
    return found, user


def why_not(organization: Organization) -> PermissionDenied:
    """Return the refusal of a change: the organisation's state, or else the person's role."""
    if organization.deactivated_at is None:
        return PermissionDenied()
    contact = current.settings().contact
    return Explained(
        gettext("The organisation %(name)s is deactivated; write to %(contact)s.")
        % {"name": organization.name, "contact": contact}
    )


def team_of(request: HttpRequest, name: str, team: str) -> tuple[Organization, Team, User]:
    """Return a team of an organisation of the person's.

    Raises:
        Http404: when there is none, or they are no member of the organisation.
    """
    organization, user = organization_of(request, name)
    found = team_named(organization, team)
    if found is None:
        raise Http404(gettext("%(name)s has no team named %(team)s.") % {"name": organization.name, "team": team})
    return organization, found, user


def shell(request: HttpRequest, organization: Organization, tab: str) -> dict[str, Any]:
    """Return what every page about an organisation shows around its own. ``can`` holds what the person may do."""
    allowed = powers_in(me(request), organization.pk)
    address = {"name": organization.name}
    return {
        "organization": organization,
        "tabs": [
            Tab(reverse(view, kwargs=address), str(text), view == tab) for view, text, need in _TABS if need in allowed
        ],
        "can": {action.name.lower(): True for action in allowed},
    }


def team_shell(request: HttpRequest, organization: Organization, team: Team, tab: str) -> dict[str, Any]:
    """Return what every page about a team shows around its own."""
    address = {"name": organization.name, "team": team.name}
    own = [Tab(reverse(view, kwargs=address), str(text), view == tab) for view, text in _TEAM_TABS]
    return shell(request, organization, "organization-teams") | {"team": team, "team_tabs": own}


def carry_out(request: HttpRequest, flow: Callable[[], object], done: str = "") -> bool:
    """Run a flow, publish what it changed of projects, and tell the person how it went. Returns whether it was done."""
    try:
        result = flow()
        for changed in result if isinstance(result, list) else [result]:
            if isinstance(changed, Changed):
                follow(changed)
    except Refusal as error:
        messages.error(request, error.message)
        return False
    if done:
        messages.success(request, done)
    return True
