# SPDX-License-Identifier: Apache-2.0
"""The pages of hygiene: of an organisation, to its owners; of the whole index, to the site's keepers."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from cheeseshop.access.permissions import OrganizationAction
from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import page_number
from cheeseshop.administration.lists import address_of
from cheeseshop.catalog.models import Project
from cheeseshop.hygiene.queries import TITLES, Finding, Kind, everything, findings
from cheeseshop.organizations.models import Organization
from cheeseshop.organizations.views.common import organization_of, shell
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher
from cheeseshop.tokens.models import Token

FIRST = 10
DEEPEST = 20


@require_safe
def organization(request: HttpRequest, name: str) -> HttpResponse:
    """Show an organisation's owners what lies about in it."""
    found, _ = organization_of(request, name, OrganizationAction.SERVICE_ACCOUNTS, to_see=True)
    context = _shown(request, found, lambda row: _in_organization(found, row))
    return render(request, "hygiene/organization.html", shell(request, found, "organization-hygiene") | context)


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """Show the site's keepers what lies about on the whole index."""
    context = _shown(request, None, address_of)
    return render(request, "hygiene/site.html", {"title": "Hygiene"} | context)


def _shown(request: HttpRequest, within: Organization | None, url: Callable[[Any], str]) -> dict[str, Any]:
    wanted, number = request.GET.get("kind", ""), page_number(request)
    if wanted not in set(Kind):
        parts = [(kind, *TITLES[kind], _linked(found, url), more) for kind, found, more in everything(within, FIRST)]
        return {"parts": parts, "kinds": _kinds(), "kind": ""}
    if number > DEEPEST:
        raise Http404(gettext("Lists are %(deepest)s pages deep.") % {"deepest": DEEPEST})
    kind = Kind(wanted)
    found, more = findings(kind, within, number)
    return {
        "parts": [(kind, *TITLES[kind], _linked(found, url), False)],
        "kinds": _kinds(),
        "kind": kind,
        "page": number,
        "more": more,
    }


def _kinds() -> list[tuple[Kind, str]]:
    return [(kind, str(title)) for kind, (title, _) in TITLES.items()]


def _linked(found: list[Finding], url: Callable[[Any], str]) -> list[tuple[Finding, str]]:
    return [(finding, url(finding.row)) for finding in found]


def _in_organization(found: Organization, row: object) -> str:
    """Return where owners do something about a finding."""
    match row:
        case Token():
            return reverse("service-account", args=[found.name, row.user_id])
        case User():
            return reverse("organization-people", args=[found.name])
        case ProjectPublisher():
            return reverse("manage-publishing", args=[row.project.normalized_name])
        case PendingPublisher():
            return reverse("organization-projects", args=[found.name])
        case Project():
            return reverse("manage-collaborators", args=[row.normalized_name])
        case _:
            raise TypeError(row)
