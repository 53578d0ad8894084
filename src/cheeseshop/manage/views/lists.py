# SPDX-License-Identifier: Apache-2.0
"""Lists: a person's projects, a project's releases and files, which can be yanked there several at once."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.models import Invitation
from cheeseshop.access.permissions import Action
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.yank import yank_files, yank_releases
from cheeseshop.catalog.models import File, Release
from cheeseshop.core.clock import now
from cheeseshop.manage import queries
from cheeseshop.manage.forms import Yank
from cheeseshop.manage.views.common import BOTH, attempt, project_of, shell
from cheeseshop.manage.views.options import PAGE, choice, page_of, typed


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """List a person's projects with how much they hold, and open invitations."""
    user, term = me(request), typed(request)
    role, order = (
        choice(request, "role", gettext("Role"), queries.ROLES),
        choice(request, "sort", gettext("Sort"), queries.PROJECT_ORDERS),
    )
    rows, roles = queries.projects_of(user, term, role.chosen)
    context = page_of(request, rows.order_by(*queries.PROJECT_ORDERS[order.chosen][1]))
    found = context["rows"]
    totals, times = queries.totals_of(found), queries.changed_at(found)
    context["rows"] = [
        ({"project": each, "role": roles[each.pk]}, totals[each.pk], times.get(each.last_serial)) for each in found
    ]
    invitations = Invitation.objects.filter(user=user, expires_at__gt=now()).select_related("project")
    context |= {"filter": term, "choices": [role, order], "invitations": invitations, "filtered": term or role.chosen}
    return render(request, "manage/projects.html", context)


@require_safe
def project(request: HttpRequest, name: str) -> HttpResponse:
    """Go to the first of a project's pages."""
    found, _ = project_of(request, name)
    return redirect("manage-releases", name=found.normalized_name)


@require_http_methods(BOTH)
def releases(request: HttpRequest, name: str) -> HttpResponse:
    """List a project's releases; yank those that are chosen, or take that back."""
    project, user = project_of(request, name, Action.YANK)
    if request.method == "POST":
        found = Release.objects.filter(project=project, version__in=_chosen(request)).values_list("pk", flat=True)
        chosen = list(found)
        return _yank(request, chosen, lambda r, y: yank_releases(project.pk, chosen, r, user.username, yanked=y))
    term, state = typed(request), choice(request, "state", gettext("State"), queries.STATES)
    order = choice(request, "sort", gettext("Sort"), queries.RELEASE_ORDERS)
    rows = queries.releases_of(project, term, state.chosen).order_by(*queries.RELEASE_ORDERS[order.chosen][1])
    context = page_of(request, rows)
    files = File.objects.filter(release__in=context["rows"]).values("release").annotate(n=Count("id"), size=Sum("size"))
    sizes = {row["release"]: row for row in files}
    context["rows"] = [(each, sizes.get(each.pk, {"n": 0, "size": 0})) for each in context["rows"]]
    context |= {"filter": term, "choices": [state, order], "filtered": term or state.chosen, "yank": Yank()}
    return render(request, "manage/releases.html", shell(request, project, "manage-releases") | context)


@require_http_methods(BOTH)
def files(request: HttpRequest, name: str) -> HttpResponse:
    """List every file of a project; yank those that are chosen, or take that back."""
    project, user = project_of(request, name, Action.YANK)
    if request.method == "POST":
        chosen = _chosen(request)
        return _yank(request, chosen, lambda r, y: yank_files(project.pk, chosen, r, user.username, yanked=y))
    term, state = typed(request), choice(request, "state", gettext("State"), queries.STATES)
    order = choice(request, "sort", gettext("Sort"), queries.FILE_ORDERS)
    rows = queries.files_of(project, term, state.chosen).order_by(*queries.FILE_ORDERS[order.chosen][1])
    context = page_of(request, rows)
    context |= {"filter": term, "choices": [state, order], "filtered": term or state.chosen, "yank": Yank()}
    return render(request, "manage/files.html", shell(request, project, "manage-files") | context)


def _chosen(request: HttpRequest) -> list[str]:
    """Return what was ticked. PostgreSQL refuses to be asked for a NUL."""
    return [each for each in dict.fromkeys(request.POST.getlist("chosen")) if "\0" not in each][:PAGE]


def _yank(request: HttpRequest, chosen: Sequence[object], flow: Callable[[str, bool], Changed]) -> HttpResponse:
    """Yank what was ticked, or take that back, and show the same part of the list again."""
    form = Yank(request.POST)
    count = len(chosen)
    if not chosen:
        messages.error(request, gettext("Nothing was chosen: tick what you mean first."))
    elif not form.is_valid():
        messages.error(request, gettext("Reason: %(reason)s") % {"reason": form.errors["reason"][0]})
    elif "unyank" in request.POST:
        attempt(
            request, lambda: flow("", False), ngettext("%d is offered again.", "%d are offered again.", count) % count
        )
    else:
        attempt(
            request,
            lambda: flow(form.cleaned_data["reason"], True),
            ngettext("%d is yanked.", "%d are yanked.", count) % count,
        )
    return redirect(request.get_full_path())
