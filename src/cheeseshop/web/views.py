# SPDX-License-Identifier: Apache-2.0
"""The site's pages: each parses, asks one query, renders."""

from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cheeseshop.accounts.queries import user_named
from cheeseshop.catalog import queries
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.errors import Missing

_PAGE = 20
_MAX_QUERY = 1000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the index holds and its newest releases."""
    return render(request, "web/home.html", {"releases": queries.newest_releases(), "counts": queries.counts()})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """List projects whose name begins with what was typed."""
    term = request.GET.get("q", "").strip()
    if len(term) > _MAX_QUERY:
        return HttpResponse("The query is too long.", status=413, content_type="text/plain")
    page = _page_number(request)
    found = queries.projects_starting_with(term, (page - 1) * _PAGE, _PAGE + 1)
    if page > 1 and not found:
        raise Http404("There is no such page of results.")
    context = {"term": term, "projects": found[:_PAGE], "page": page, "more": len(found) > _PAGE}
    return render(request, "web/search.html", context)


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) < 10**6:
        raise Http404("There is no such page.")
    return int(text)


def _found(name: str, version: str | None) -> tuple[Project, Release | None]:
    try:
        project = queries.project_named(name)
        if project.quarantined_at is not None:
            return project, None
        return project, queries.release_of(project, version)
    except Missing as error:
        raise Http404(error.message) from error


def _context(project: Project, release: Release | None, tab: str) -> dict[str, Any]:
    return {
        "project": project,
        "release": release,
        "facts": release.facts if release else {},
        "description": getattr(release, "description", None) if release else None,
        "tab": tab,
        "maintainers": [role.user for role in project.roles.select_related("user").order_by("user__username")],
    }


def _proper_address(
    request: HttpRequest, project: Project, release: Release | None, name: str, version: str | None
) -> Any:  # noqa: ANN401
    stored = release.version if release and version is not None else version
    if name == project.normalized_name and stored == version:
        return None
    parts = [name, version]
    path = request.path.replace(f"/project/{parts[0]}/", f"/project/{project.normalized_name}/", 1)
    if version is not None and stored is not None:
        path = path.replace(f"/{version}/", f"/{stored}/", 1)
    return redirect(path, permanent=True)


@require_safe
def project(request: HttpRequest, name: str, version: str | None = None) -> HttpResponse:
    """Show a project, or one release of it: description and facts."""
    found, release = _found(name, version)
    elsewhere = _proper_address(request, found, release, name, version)
    if elsewhere:
        return elsewhere  # type: ignore[no-any-return]
    return render(request, "web/project.html", _context(found, release, "description"))


@require_safe
def files(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show a release's files with their hashes."""
    found, release = _found(name, version)
    if release is None:
        raise Http404("The project is in quarantine.")
    elsewhere = _proper_address(request, found, release, name, version)
    if elsewhere:
        return elsewhere  # type: ignore[no-any-return]
    return render(request, "web/files.html", _context(found, release, "files") | {"files": queries.files_of(release)})


@require_safe
def releases(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show a project's releases, newest first."""
    found, release = _found(name, version)
    elsewhere = _proper_address(request, found, release, name, version)
    if elsewhere:
        return elsewhere  # type: ignore[no-any-return]
    page = _page_number(request)
    rows = queries.releases_of(found, (page - 1) * 100, 101)
    context = {"releases": rows[:100], "page": page, "more": len(rows) > 100}  # noqa: PLR2004 - a page of 100
    return render(request, "web/releases.html", _context(found, release, "releases") | context)


@require_safe
def user(request: HttpRequest, username: str) -> HttpResponse:
    """Show a person and their projects."""
    person = user_named(username)
    if person is None or not person.is_active:
        raise Http404(f"There is no user named {username}.")
    if person.username != username:
        return redirect("user", username=person.username, permanent=True)
    return render(request, "web/user.html", {"person": person, "projects": queries.projects_of_user(person.id)})


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
def robots(_request: HttpRequest) -> HttpResponse:
    """Keep crawlers off the machine's addresses."""
    return HttpResponse("User-agent: *\nDisallow: /simple/\nDisallow: /packages/\n", content_type="text/plain")


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component of the design, to developers."""
    return render(request, "web/components.html")
