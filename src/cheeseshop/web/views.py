# SPDX-License-Identifier: Apache-2.0
"""The site's pages: each parses, asks one query, renders."""

import re
from typing import Any

from django.core.exceptions import BadRequest
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from cheeseshop.accounts.queries import public_addresses_of, user_named
from cheeseshop.advisories.queries import findings_of
from cheeseshop.attestations import queries as origins
from cheeseshop.catalog import queries
from cheeseshop.catalog.models import Project, Release
from cheeseshop.catalog.newness import is_of_new_accounts
from cheeseshop.catalog.verified import declared_by
from cheeseshop.core.errors import Missing
from cheeseshop.descriptions.shown import shown
from cheeseshop.flags.queries import banners
from cheeseshop.notices.queries import on_the_front
from cheeseshop.publishers.queries import publishers_of, takes_only_publishers
from cheeseshop.relations.queries import relations_context
from cheeseshop.stats.charts import plot
from cheeseshop.stats.queries import downloads_by_day
from cheeseshop.stats.views import downloads_context
from cheeseshop.web.components import ExampleForm, Tab
from cheeseshop.web.context import language_of

_PAGE_OF_RELEASES = 100
_MAX_PAGE_DIGITS = 6
_TABS = (
    ("release", "Description"),
    ("files", "Files"),
    ("releases", "Releases"),
    ("dependencies", "Dependencies"),
    ("provenance", "Provenance"),
    ("statistics", "Statistics"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the index holds and its newest releases."""
    context = {"releases": queries.newest_releases(), "counts": queries.counts(), "announcements": on_the_front()}
    return render(request, "web/home.html", context)


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not re.fullmatch("[0-9]+", text):
        raise BadRequest("The number of a page must be a whole number.")
    if len(text) > _MAX_PAGE_DIGITS or int(text) == 0:
        raise Http404("There is no such page.")
    return int(text)


def _found(name: str, version: str | None) -> tuple[Project, Release | None]:
    """Find what an address names. There is no release to show of a project in quarantine."""
    try:
        project = queries.project_named(name)
        if project.quarantined_at is not None:
            return project, None
        return project, queries.release_of(project, version) if version else queries.latest_release(project)
    except Missing as error:
        raise Http404(error.message) from error


def _elsewhere(request: HttpRequest, project: Project, release: Release | None) -> HttpResponse | None:
    """Send the reader to the one address of what is shown, where this is another spelling of it."""
    match = resolve(request.path_info)
    asked = match.kwargs
    proper = asked | {"name": project.normalized_name}
    if "version" in asked and release is not None:
        proper["version"] = release.version
    if proper == asked:
        return None
    query = request.META.get("QUERY_STRING", "")
    path = reverse(match.view_name, kwargs=proper)
    return redirect(f"{path}?{query}" if query else path, permanent=True)


def _context(request: HttpRequest, project: Project, release: Release | None, tab: str) -> dict[str, Any]:
    context: dict[str, Any] = {"project": project, "release": release, "maintainers": queries.maintainers_of(project)}
    context["project_banners"] = banners(project.normalized_name, language_of(request))
    context["kept_out"] = is_of_new_accounts(project)
    if release is None:
        return context
    address = {"name": project.normalized_name, "version": release.version}
    context["recent"] = plot(downloads_by_day(project.pk, 30))
    tabs = [Tab(reverse(view, kwargs=address), text, view == tab) for view, text in _TABS]
    verified, unverified = declared_by(release)
    return context | {
        "findings": findings_of(release),
        "verified": verified,
        "unverified": unverified,
        "facts": release.facts,
        "tabs": tabs,
        "attested": origins.is_attested(release),
        "requirement": _requirement(project, release),
    }


def _requirement(project: Project, release: Release) -> str:
    """Write what an installer must be asked for to get this release: its version too, unless it would come anyway."""
    if release.is_prerelease or release.yanked_at or release != queries.latest_release(project):
        return f"{project.normalized_name}=={release.version}"
    return project.normalized_name


@require_safe
def project(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Show a project, or one release of it: description and facts."""
    found, release = _found(name, version)
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    description = shown(queries.description_of(release), release.facts.get("project_urls", ())) if release else ""
    return render(
        request, "web/project.html", _context(request, found, release, "release") | {"description": description}
    )


@require_safe
def files(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show a release's files with their hashes."""
    found, release = _found(name, version)
    if release is None:
        raise Http404(f"{found.name} is in quarantine.")
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    return render(
        request, "web/files.html", _context(request, found, release, "files") | {"files": queries.files_of(release)}
    )


@require_safe
def releases(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show a project's releases, newest first."""
    found, release = _found(name, version)
    if release is None:
        raise Http404(f"{found.name} is in quarantine.")
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    page = _page_number(request)
    rows = queries.releases_of(found, (page - 1) * _PAGE_OF_RELEASES, _PAGE_OF_RELEASES + 1)
    if not rows:
        raise Http404("There is no such page of releases.")
    context = {"releases": rows[:_PAGE_OF_RELEASES], "page": page, "more": len(rows) > _PAGE_OF_RELEASES}
    return render(request, "web/releases.html", _context(request, found, release, "releases") | context)


@require_safe
def dependencies(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show what a release requires, and which projects require this one."""
    found, release = _found(name, version)
    if release is None:
        raise Http404(f"{found.name} is in quarantine.")
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    page = _page_number(request)
    context = relations_context(found.normalized_name, release.facts, page)
    if page > 1 and not context["dependants"]:
        raise Http404("There is no such page of projects.")
    return render(request, "relations/project.html", _context(request, found, release, "dependencies") | context)


@require_safe
def provenance(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show who may publish a project, and where this release and those before it came from."""
    found, release = _found(name, version)
    if release is None:
        raise Http404(f"{found.name} is in quarantine.")
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    context = {
        "origin": origins.origin_of(found, release),
        "files": origins.origins(release),
        "recent_origins": origins.recent(found),
        "publishers": publishers_of(found.pk),
        "only_publishers": takes_only_publishers(found.pk),
    }
    return render(request, "attestations/project.html", _context(request, found, release, "provenance") | context)


@require_safe
def file_provenance(request: HttpRequest, name: str, version: str, filename: str) -> HttpResponse:
    """Show the attestations of one file."""
    found, release = _found(name, version)
    if release is None:
        raise Http404(f"{found.name} is in quarantine.")
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    try:
        shown = origins.provenance_of(found, release, filename)
    except Missing as error:
        raise Http404(error.message) from error
    return render(request, "attestations/file.html", _context(request, found, release, "provenance") | {"file": shown})


@require_safe
def statistics(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show how often a project is downloaded, and by what."""
    found, release = _found(name, version)
    if release is None:
        raise Http404(f"{found.name} is in quarantine.")
    if elsewhere := _elsewhere(request, found, release):
        return elsewhere
    context = _context(request, found, release, "statistics") | downloads_context(request, found.pk)
    return render(request, "stats/project.html", context)


@require_safe
def user(request: HttpRequest, username: str) -> HttpResponse:
    """Show a person and their projects."""
    person = user_named(username)
    if person is None or not person.is_active or person.is_service:
        raise Http404(f"There is no user named {username}.")
    if person.username != username:
        return redirect("user", username=person.username, permanent=True)
    addresses = public_addresses_of(person.id) if request.user.is_authenticated else frozenset()
    context = {"person": person, "projects": queries.projects_of_user(person.id), "addresses": addresses}
    return render(request, "web/user.html", context)


@require_safe
def upload_help(request: HttpRequest) -> HttpResponse:
    """Say how to upload, to people who open the upload address in a browser."""
    return render(request, "web/upload_help.html")


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Answer OK when the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("OK", content_type="text/plain")


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component of the design, to developers."""
    tabs = [Tab("#a", "One", current=True), Tab("#b", "Two", current=False)]
    rows = [["a-1.0.tar.gz", "120.6 KiB"], ["a-1.0-py3-none-any.whl", "98.1 KiB"]]
    context = {"form": ExampleForm({"name": "-a-"}), "tabs": tabs, "headers": ["File", "Size"], "rows": rows}
    return render(request, "web/components.html", context)
