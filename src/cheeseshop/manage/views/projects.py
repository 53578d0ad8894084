# SPDX-License-Identifier: Apache-2.0
"""The pages about one release, one file, and the settings of a project: yank, delete, set the status."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cheeseshop.access.permissions import Action
from cheeseshop.accounts.views.settings import me
from cheeseshop.catalog.flows.remove import remove_file, remove_project, remove_release
from cheeseshop.catalog.flows.set_status import set_status
from cheeseshop.catalog.flows.yank import unyank_release, yank_file, yank_release
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.queries import any_release_of
from cheeseshop.core.errors import Missing
from cheeseshop.core.facts import Status
from cheeseshop.manage.forms import Retype, SetStatus, Yank
from cheeseshop.manage.views.common import BOTH, attempt, project_of, shell
from cheeseshop.manage.views.options import page_of
from cheeseshop.stats.queries import downloads_of


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
                gettext("%(name)s %(version)s is deleted.") % {"name": project.name, "version": found.version},
            ):
                return redirect("manage-releases", name=project.normalized_name)
        else:
            yank = Yank(request.POST)
            if yank.is_valid():
                _yank(request, project, found, yank.cleaned_data["reason"])
                return redirect("manage-release", name=project.normalized_name, version=found.version)
    context = page_of(request, found.files.order_by("filename").defer("legacy_faults"))
    context |= {"release": found, "yank": yank, "retype": retype, "downloads": downloads_of(found)}
    return render(request, "manage/release.html", shell(request, project, "manage-releases") | context)


def _yank(request: HttpRequest, project: Project, found: Release, reason: str) -> None:
    actor = me(request).username
    if "unyank" in request.POST:
        attempt(
            request,
            lambda: unyank_release(project.pk, found.pk, actor),
            gettext("%(version)s is offered again.") % {"version": found.version},
        )
    else:
        attempt(
            request,
            lambda: yank_release(project.pk, found.pk, reason, actor),
            gettext("%(version)s is yanked.") % {"version": found.version},
        )


@require_http_methods(BOTH)
def file(request: HttpRequest, name: str, filename: str) -> HttpResponse:
    """Yank one file, take that back, or delete it."""
    action = Action.ADMIN if "delete" in request.POST else Action.YANK
    project, user = project_of(request, name, action)
    found = File.objects.select_related("release").filter(release__project=project, filename=filename).first()
    if found is None:
        raise Http404(gettext("%(name)s has no file %(filename)s.") % {"name": project.name, "filename": filename})
    yank, retype = Yank(), Retype(filename)
    version = found.release.version
    if request.method == "POST":
        if "delete" in request.POST:
            retype = Retype(filename, request.POST)
            done = retype.is_valid() and attempt(
                request,
                lambda: remove_file(project.pk, filename, user.username),
                gettext("%(filename)s is deleted.") % {"filename": filename},
            )
        else:
            yank = Yank(request.POST)
            back = "unyank" in request.POST
            done = yank.is_valid() and attempt(
                request,
                lambda: yank_file(project.pk, filename, yank.cleaned_data["reason"], user.username, yanked=not back),
                (gettext("%(filename)s is offered again.") if back else gettext("%(filename)s is yanked."))
                % {"filename": filename},
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


@require_http_methods(BOTH)
def settings(request: HttpRequest, name: str) -> HttpResponse:
    """Set the status of a project, or delete it."""
    project, user = project_of(request, name, Action.ADMIN)
    status = SetStatus(initial={"status": project.status, "reason": project.status_reason})
    retype = Retype(project.name)
    if request.method == "POST" and "delete" in request.POST:
        retype = Retype(project.name, request.POST)
        if retype.is_valid() and attempt(
            request,
            lambda: remove_project(project.pk, user.username),
            gettext("%(name)s is deleted.") % {"name": project.name},
        ):
            return redirect("projects")
    elif request.method == "POST":
        status = SetStatus(request.POST)
        if status.is_valid():
            told = status.cleaned_data
            attempt(
                request,
                lambda: set_status(project.pk, Status(told["status"]), told["reason"], user.username),
                gettext("%(name)s is %(status)s.") % {"name": project.name, "status": told["status"]},
            )
            return redirect("manage-settings", name=project.normalized_name)
    context = {"status": status, "retype": retype, "downloads": downloads_of(project)}
    return render(request, "manage/settings.html", shell(request, project, "manage-settings") | context)
