# SPDX-License-Identifier: Apache-2.0
"""What every page about one project begins with: which project, may this person see it, may they change it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from packaging.utils import canonicalize_name

from cheeseshop.access.permissions import Action, may
from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Refusal
from cheeseshop.manage.queries import totals_of
from cheeseshop.publishing.managing import follow
from cheeseshop.web.components import Tab

BOTH = ["GET", "HEAD", "POST"]
_TABS = (
    ("manage-releases", "Releases"),
    ("manage-files", "Files"),
    ("manage-collaborators", "Collaborators"),
    ("manage-history", "History"),
    ("manage-links", "Links"),
    ("manage-settings", "Settings"),
)


def project_of(request: HttpRequest, name: str, action: Action = Action.READ) -> tuple[Project, User]:
    """Return a project that the person may manage.

    Raises:
        Http404: when there is none, or it is not theirs.
        PermissionDenied: when they may see it, but not do this.
    """
    user = me(request)
    project = Project.objects.filter(normalized_name=canonicalize_name(name)).first() if "\0" not in name else None
    if project is None or not may(user, Action.READ, project.pk):
        raise Http404(f"You have no project named {name}.")
    needed = action if request.method == "POST" else Action.READ
    if not may(user, needed, project.pk):
        raise PermissionDenied
    return project, user


def shell(request: HttpRequest, project: Project, tab: str) -> dict[str, Any]:
    """Return what every page about a project shows around its own."""
    address = {"name": project.normalized_name}
    return {
        "project": project,
        "tabs": [Tab(reverse(view, kwargs=address), text, view == tab) for view, text in _TABS],
        "totals": totals_of([project])[project.pk],
        "owner": may(me(request), Action.ADMIN, project.pk),
    }


def attempt(request: HttpRequest, flow: Callable[[], Changed | None], done: str) -> bool:
    """Run a flow, publish what it changed, and tell the person how it went. Returns whether it was done."""
    try:
        changed = flow()
        if changed is not None:
            follow(changed)
    except Refusal as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True
