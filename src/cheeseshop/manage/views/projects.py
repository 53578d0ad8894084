# SPDX-License-Identifier: Apache-2.0
"""A person's projects, and the pages about one: releases, history, settings."""

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.models import Invitation, ProjectRole
from cheeseshop.access.permissions import Action
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows.remove import remove_file, remove_project, remove_release
from cheeseshop.catalog.flows.set_status import set_status
from cheeseshop.catalog.flows.yank import unyank_release, yank_file, yank_release
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.queries import any_release_of
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing
from cheeseshop.core.facts import Status
from cheeseshop.journal.models import Entry
from cheeseshop.manage.forms import Retype, SetStatus, Yank
from cheeseshop.manage.views.common import BOTH, attempt, project_of, shell
from cheeseshop.stats.queries import downloads_of

_PAGE = 50


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """List a person's projects, by name or by their last change, and open invitations."""
    user = me(request)
    order = "-project__last_serial" if request.GET.get("sort") == "changed" else "project__normalized_name"
    rows = ProjectRole.objects.filter(user=user).select_related("project").order_by(order)
    term = request.GET.get("filter", "").strip().lower().replace("\0", "")
    if term:
        rows = rows.filter(project__normalized_name__contains=term)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {
        "roles": page.object_list,
        "page": page.number,
        "more": page.has_next(),
        "filter": term,
        "sort": request.GET.get("sort", ""),
        "invitations": Invitation.objects.filter(user=user, expires_at__gt=now()).select_related("project"),
    }
    return render(request, "manage/projects.html", context)


@require_safe
def releases(request: HttpRequest, name: str) -> HttpResponse:
    """List a project's releases, newest version first."""
    project, _ = project_of(request, name)
    rows = Release.objects.filter(project=project).order_by("-sort_key")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    sizes = {
        row["release"]: row
        for row in File.objects.filter(release__in=found).values("release").annotate(n=Count("id"), size=Sum("size"))
    }
    limit = project.max_total_size or current.settings().max_project_size
    context = {
        "rows": [(release, sizes.get(release.pk, {"n": 0, "size": 0})) for release in found],
        "page": page.number,
        "more": page.has_next(),
        "limit": limit,
    }
    return render(request, "manage/releases.html", shell(request, project, "manage-releases") | context)


def _release(project: Project, version: str) -> Release:
    try:
        return any_release_of(project, version)
    except Missing as error:
        raise Http404(error.message) from error


@require_http_methods(BOTH)
def release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show a release with its files; yank it, take that back, or delete it."""
    action = Action.ADMIN if "delete" in request.POST else Action.YANK
    project, user = project_of(request, name, action)
    found = _release(project, version)
    yank, retype = Yank(), Retype(f"{project.name} {found.version}")
    if request.method == "POST":
        if "delete" in request.POST:
            retype = Retype(f"{project.name} {found.version}", request.POST)
            if retype.is_valid() and attempt(
                request,
                lambda: remove_release(project.pk, found.pk, user.username),
                f"{project.name} {found.version} is deleted.",
            ):
                return redirect("manage-releases", name=project.normalized_name)
        else:
            yank = Yank(request.POST)
            if yank.is_valid():
                _yank(request, project, found, yank.cleaned_data["reason"])
                return redirect("manage-release", name=project.normalized_name, version=found.version)
    context = {
        "release": found,
        "files": found.files.order_by("filename"),
        "yank": yank,
        "retype": retype,
        "downloads": downloads_of(found),
    }
    return render(request, "manage/release.html", shell(request, project, "manage-releases") | context)


def _yank(request: HttpRequest, project: Project, found: Release, reason: str) -> None:
    actor = me(request).username
    if "unyank" in request.POST:
        attempt(request, lambda: unyank_release(project.pk, found.pk, actor), f"{found.version} is offered again.")
    else:
        attempt(request, lambda: yank_release(project.pk, found.pk, reason, actor), f"{found.version} is yanked.")


@require_http_methods(BOTH)
def file(request: HttpRequest, name: str, filename: str) -> HttpResponse:
    """Yank one file, take that back, or delete it."""
    action = Action.ADMIN if "delete" in request.POST else Action.YANK
    project, user = project_of(request, name, action)
    found = File.objects.select_related("release").filter(release__project=project, filename=filename).first()
    if found is None:
        raise Http404(f"{project.name} has no file {filename}.")
    yank, retype = Yank(), Retype(filename)
    version = found.release.version
    if request.method == "POST":
        if "delete" in request.POST:
            retype = Retype(filename, request.POST)
            done = retype.is_valid() and attempt(
                request, lambda: remove_file(project.pk, filename, user.username), f"{filename} is deleted."
            )
        else:
            yank = Yank(request.POST)
            back = "unyank" in request.POST
            done = yank.is_valid() and attempt(
                request,
                lambda: yank_file(project.pk, filename, yank.cleaned_data["reason"], user.username, yanked=not back),
                f"{filename} is {'offered again' if back else 'yanked'}.",
            )
        if done:
            return redirect("manage-release", name=project.normalized_name, version=version)
    context = {
        "file": found,
        "release": found.release,
        "yank": yank,
        "retype": retype,
        "downloads": downloads_of(found),
    }
    return render(request, "manage/file.html", shell(request, project, "manage-releases") | context)


@require_safe
def history(request: HttpRequest, name: str) -> HttpResponse:
    """Show what the journal says about a project, newest first."""
    project, _ = project_of(request, name)
    rows = Entry.objects.filter(normalized_name=project.normalized_name).order_by("-serial")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {"entries": page.object_list, "page": page.number, "more": page.has_next()}
    return render(request, "manage/history.html", shell(request, project, "manage-history") | context)


@require_http_methods(BOTH)
def settings(request: HttpRequest, name: str) -> HttpResponse:
    """Set the status of a project, or delete it."""
    project, user = project_of(request, name, Action.ADMIN)
    status = SetStatus(initial={"status": project.status, "reason": project.status_reason})
    retype = Retype(project.name)
    if request.method == "POST" and "delete" in request.POST:
        retype = Retype(project.name, request.POST)
        if retype.is_valid() and attempt(
            request, lambda: remove_project(project.pk, user.username), f"{project.name} is deleted."
        ):
            return redirect("projects")
    elif request.method == "POST":
        status = SetStatus(request.POST)
        if status.is_valid():
            told = status.cleaned_data
            attempt(
                request,
                lambda: set_status(project.pk, Status(told["status"]), told["reason"], user.username),
                f"{project.name} is {told['status']}.",
            )
            return redirect("manage-settings", name=project.normalized_name)
    context = {
        "status": status,
        "retype": retype,
        "releases": Release.objects.filter(project=project).count(),
        "downloads": downloads_of(project),
    }
    return render(request, "manage/settings.html", shell(request, project, "manage-settings") | context)
