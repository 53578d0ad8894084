# SPDX-License-Identifier: Apache-2.0
"""Who publishes a project without a secret: listed, added, narrowed, removed."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cheeseshop.access.permissions import Action
from cheeseshop.accounts import limits
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Refusal
from cheeseshop.manage.views.common import BOTH, attempt, project_of, shell
from cheeseshop.publishers.flows import register
from cheeseshop.publishers.forms import PublisherForm
from cheeseshop.publishers.issuers import offered, why_off
from cheeseshop.publishers.providers import provider_of
from cheeseshop.publishers.queries import publishers_of, takes_only_publishers
from cheeseshop.publishers.views.pending import TOO_MANY, chosen, issuer_tabs
from cheeseshop.publishing.managing import follow


@require_http_methods(BOTH)
def publishing(request: HttpRequest, name: str) -> HttpResponse:
    """List a project's publishers; add one, narrow or remove one, or let nobody else upload."""
    project, user = project_of(request, name, Action.ADMIN)
    issuers = offered()
    issuer = chosen(request, issuers)
    form = PublisherForm(provider_of(issuer)) if issuer else None
    if request.method == "POST":
        flow = _flow(request, project, user.username)
        if flow is not None:
            attempt(request, flow, gettext("It is done, and the owners are told."))
            return redirect("manage-publishing", name=project.normalized_name)
        if issuer:
            form = PublisherForm(provider_of(issuer), request.POST)
            if form.is_valid() and _added(request, project, form):
                return redirect("manage-publishing", name=project.normalized_name)
    path = reverse("manage-publishing", kwargs={"name": project.normalized_name})
    context = {
        "form": form,
        "issuer": issuer,
        "issuers": issuer_tabs(path, issuers, issuer),
        "publishers": publishers_of(project.pk),
        "only_publishers": takes_only_publishers(project.pk),
        "reason": why_off(),
    }
    return render(request, "publishers/project.html", shell(request, project, "manage-publishing") | context)


def _flow(request: HttpRequest, project: Project, actor: str) -> Callable[[], Changed] | None:
    """Return what a pressed button does, or None where a publisher is to be added."""
    if "rule" in request.POST:
        only = request.POST["rule"] == "publishers"
        return lambda: register.set_rule(project.pk, actor, only_publishers=only)
    for button, flow in (("remove", register.remove_publisher), ("narrow", register.narrow_to_environment)):
        if button in request.POST:
            link = _identifier(request.POST[button])
            return lambda flow=flow: flow(project.pk, link, actor)  # type: ignore[misc]
    return None


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # nothing has it


def _added(request: HttpRequest, project: Project, form: PublisherForm) -> bool:
    asked, user = form.wanted, request.user
    if asked is None:
        return False
    try:
        limits.spend(request, "register_publisher", str(user.pk), TOO_MANY)
        follow(register.add_publisher(project.pk, asked, str(user)))
    except limits.TooMany as error:
        form.add_error(None, error)
        return False
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(
        request, gettext("%(name)s may publish %(project)s.") % {"name": asked.name, "project": project.name}
    )
    return True
