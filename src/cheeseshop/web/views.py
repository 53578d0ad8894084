# SPDX-License-Identifier: Apache-2.0
"""The site's pages: each parses, asks one query, renders."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cheeseshop.advisories.queries import findings_of
from cheeseshop.attestations import queries as origins
from cheeseshop.catalog import queries
from cheeseshop.catalog.models import Project, Release
from cheeseshop.catalog.newness import is_of_new_accounts
from cheeseshop.catalog.totals import counts
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
from cheeseshop.web.errors import NoProject
from cheeseshop.web.file_page import file_context
from cheeseshop.web.shelves import rising_cards
from cheeseshop.web.translations import progress

_PAGE_OF_RELEASES = 100
_PAGE_OF_FILES = 100
_RISING_AT_HOME = 5
_MAX_PAGE_DIGITS = 6
_Contents = Callable[..., dict[str, Any]]
_INSIDE = "inside-release"
_TABS = (
    ("release", gettext_lazy("Description")),
    ("files", gettext_lazy("Files")),
    ("releases", gettext_lazy("Releases")),
    ("dependencies", gettext_lazy("Dependencies")),
    (_INSIDE, gettext_lazy("Look inside")),
    ("provenance", gettext_lazy("Provenance")),
    ("statistics", gettext_lazy("Statistics")),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the index holds and its newest releases."""
    context = {"releases": queries.newest_releases(), "counts": counts(), "announcements": on_the_front()}
    return render(request, "web/home.html", context | {"rising": rising_cards(_RISING_AT_HOME)})


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not re.fullmatch("[0-9]+", text):
        raise BadRequest(_("The number of a page must be a whole number."))
    if len(text) > _MAX_PAGE_DIGITS or int(text) == 0:
        raise Http404(_("There is no such page."))
    return int(text)


def _found(name: str, version: str | None) -> tuple[Project, Release | None]:
    """Find what an address names. There is no release to show of a project in quarantine."""
    try:
        project = queries.project_named(name)
    except Missing as error:
        raise NoProject(error.message, name) from error
    try:
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
    sizes = queries.sizes_of(release)
    shown_tabs = [each for each in _TABS if sizes.count or each[0] != _INSIDE]
    tabs = [Tab(reverse(view, kwargs=address), str(text), view == tab) for view, text in shown_tabs]
    verified, unverified = declared_by(release)
    return context | {
        "findings": findings_of(release),
        "verified": verified,
        "unverified": unverified,
        "facts": release.facts,
        "tabs": tabs,
        "sizes": sizes,
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


def _tab(tab: str, template: str) -> Callable[[_Contents], Callable[..., HttpResponse]]:
    """Make a view of one tab of a release from what returns the tab's own contents."""

    def make(contents: _Contents) -> Callable[..., HttpResponse]:
        @require_safe
        @wraps(contents)
        def view(request: HttpRequest, name: str, version: str, **rest: str) -> HttpResponse:
            found, release = _found(name, version)
            if release is None:
                raise Http404(_("%(name)s is in quarantine.") % {"name": found.name})
            if elsewhere := _elsewhere(request, found, release):
                return elsewhere
            own = contents(request, found, release, **rest)
            return render(request, template, _context(request, found, release, tab) | own)

        return view

    return make


@_tab("files", "web/files.html")
def files(request: HttpRequest, _project: Project, release: Release) -> dict[str, Any]:
    """Show a release's files with their hashes."""
    page = _page_number(request)
    rows = queries.files_of(release, (page - 1) * _PAGE_OF_FILES, _PAGE_OF_FILES + 1)
    if not rows and page > 1:
        raise Http404(_("There is no such page of files."))
    return {"files": rows[:_PAGE_OF_FILES], "page": page, "more": len(rows) > _PAGE_OF_FILES}


@_tab("files", "web/file.html")
def file(_request: HttpRequest, _project: Project, release: Release, filename: str) -> dict[str, Any]:
    """Show everything that is known of one file."""
    try:
        return file_context(release, filename)
    except Missing as error:
        raise Http404(error.message) from error


@_tab("releases", "web/releases.html")
def releases(request: HttpRequest, project: Project, _release: Release) -> dict[str, Any]:
    """Show a project's releases, newest first."""
    page = _page_number(request)
    rows = queries.releases_of(project, (page - 1) * _PAGE_OF_RELEASES, _PAGE_OF_RELEASES + 1)
    if not rows:
        raise Http404(_("There is no such page of releases."))
    return {"releases": rows[:_PAGE_OF_RELEASES], "page": page, "more": len(rows) > _PAGE_OF_RELEASES}


@_tab("dependencies", "relations/project.html")
def dependencies(request: HttpRequest, project: Project, release: Release) -> dict[str, Any]:
    """Show what a release requires, and which projects require this one."""
    page = _page_number(request)
    context = relations_context(project.normalized_name, release.facts, page)
    if page > 1 and not context["dependants"]:
        raise Http404(_("There is no such page of projects."))
    return context


@_tab("provenance", "attestations/project.html")
def provenance(request: HttpRequest, project: Project, release: Release) -> dict[str, Any]:
    """Show who may publish a project, and where this release and those before it came from."""
    page = _page_number(request)
    files = origins.origins(release, (page - 1) * _PAGE_OF_FILES, _PAGE_OF_FILES + 1)
    if not files and page > 1:
        raise Http404(_("There is no such page of files."))
    return {
        "origin": origins.origin_of(project, release),
        "files": files[:_PAGE_OF_FILES],
        "page": page,
        "more": len(files) > _PAGE_OF_FILES,
        "recent_origins": origins.recent(project),
        "publishers": publishers_of(project.pk),
        "only_publishers": takes_only_publishers(project.pk),
    }


@_tab("provenance", "attestations/file.html")
def file_provenance(_request: HttpRequest, project: Project, release: Release, filename: str) -> dict[str, Any]:
    """Show the attestations of one file."""
    try:
        return {"file": origins.provenance_of(project, release, filename)}
    except Missing as error:
        raise Http404(error.message) from error


@_tab("statistics", "stats/project.html")
def statistics(request: HttpRequest, project: Project, _release: Release) -> dict[str, Any]:
    """Show how often a project is downloaded, and by what."""
    return downloads_context(request, project.pk)


@require_safe
def upload_help(request: HttpRequest) -> HttpResponse:
    """Say how to upload, to people who open the upload address in a browser."""
    return render(request, "web/upload_help.html")


@require_safe
def translations(request: HttpRequest) -> HttpResponse:
    """Show how much of the site is translated into each language."""
    return render(request, "web/translations.html", {"progress": progress()})


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
