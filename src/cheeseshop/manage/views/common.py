# SPDX-License-Identifier: Apache-2.0
"""What every page about one project begins with: which project, may this person see it, may they change it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from packaging.utils import canonicalize_name

from cheeseshop.access.permissions import Action, may
from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows.changing import Changed, check_changeable
from cheeseshop.catalog.models import Project
from cheeseshop.core.errors import Refusal
from cheeseshop.manage.queries import totals_of
from cheeseshop.publishing.managing import follow
from cheeseshop.web.components import Tab
from cheeseshop.web.errors import Explained

_DIGITS = 7
STATUSES = (gettext_noop("archived"), gettext_noop("deprecated"), gettext_noop("quarantined"))
"""What a project may be; templates look these words up as the row holds them."""
BOTH = ["GET", "HEAD", "POST"]
_TABS = (
    ("manage-releases", _("Releases")),
    ("manage-files", _("Files")),
    ("manage-collaborators", _("Collaborators")),
    ("manage-webhooks", _("Webhooks")),
    ("manage-publishing", _("Publishing")),
    ("manage-project-organization", _("Organisation")),
    ("manage-history", _("History")),
    ("manage-links", _("Links")),
    ("manage-settings", _("Settings")),
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
        raise Http404(gettext("You have no project named %(name)s.") % {"name": name})
    if request.method == "POST" and action != Action.READ and not may(user, action, project.pk):
        raise _why_not(project)
    return project, user


def _why_not(project: Project) -> PermissionDenied:
    """Return the refusal of a change: the project's state, or else the person's role."""
    try:
        check_changeable(project)
    except Refusal as error:
        return Explained(error.message)
    return PermissionDenied()


def shell(request: HttpRequest, project: Project, tab: str) -> dict[str, Any]:
    """Return what every page about a project shows around its own."""
    address = {"name": project.normalized_name}
    return {
        "project": project,
        "tabs": [Tab(reverse(view, kwargs=address), str(text), view == tab) for view, text in _TABS],
        "totals": totals_of([project])[project.pk],
        "owner": may(me(request), Action.ADMIN, project.pk),
    }


def page_number(request: HttpRequest) -> int:
    """Return which page of a list is asked for; the first where that makes no sense."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 1


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
