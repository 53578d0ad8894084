# SPDX-License-Identifier: Apache-2.0
"""The pages inside a published file."""

import hashlib
from typing import Any, cast

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.queries import project_named, release_of, releases_of
from cheeseshop.core.errors import Missing
from cheeseshop.inside import comparing, queries
from cheeseshop.inside.archives import Archive, Busy, Content, NotReadable, open_archive
from cheeseshop.inside.folders import children, crumbs
from cheeseshop.inside.sboms import is_sbom, read_sbom
from cheeseshop.inside.texts import LONGEST, highlighted, text_of
from cheeseshop.web.errors import error_page

_RAW = 5 * 1024 * 1024
_ALONE = {"default-src": ["'none'"], "sandbox": True}
_MOST_RELEASES = 200


def _file(name: str, version: str, filename: str) -> tuple[Project, Release, File]:
    """Find what an address names, and only what anybody may fetch.

    Raises:
        Http404: when there is none.
    """
    try:
        project = project_named(name)
        release = release_of(project, version)
        return project, release, queries.file_of(release, filename)
    except Missing as error:
        raise Http404(error.message) from error


def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, Busy):
        reply = error_page(request, 503, _("Too many files are being looked into"), _("Try again in a few seconds."))
        reply["Retry-After"] = "5"
        return reply
    return error_page(request, 422, _("This file can't be looked into"), str(error))


@require_safe
def inside(request: HttpRequest, name: str, version: str, filename: str, path: str = "") -> HttpResponse:
    """Show a folder or a file inside a published file."""
    project, release, file = _file(name, version, filename)
    shown = {"project": project, "release": release, "file": file, "path": path, "crumbs": crumbs(path)}
    try:
        with open_archive(queries.path_of(file), filename) as archive:
            if path and not path.endswith("/"):
                return _member(request, archive, shown)
            return _folder(request, archive, shown)
    except (Busy, NotReadable) as error:
        return _away(request, error)


def _folder(request: HttpRequest, archive: Archive, shown: dict[str, Any]) -> HttpResponse:
    members = archive.members()
    folders, files = children(members, shown["path"])
    if shown["path"] and not folders and not files:
        raise Http404(_("There is no such folder in this file."))
    context = shown | {
        "folders": folders,
        "files": files,
        "count": len(members),
        "size": sum(member.size for member in members),
        "sboms": [] if shown["path"] else [member.path for member in members if is_sbom(member.path)],
        "others": releases_of(shown["project"], 0, _MOST_RELEASES) if not shown["path"] else [],
    }
    return render(request, "inside/folder.html", context)


def _member(request: HttpRequest, archive: Archive, shown: dict[str, Any]) -> HttpResponse:
    content = archive.read(shown["path"], _RAW if "raw" in request.GET else LONGEST)
    if content is None:
        raise Http404(_("There is no such member in this file."))
    if "raw" in request.GET:
        return _raw(request, content, shown["path"])
    text = text_of(content.data)
    context = shown | {
        "whole": content.whole,
        "size": len(content.data),
        "digest": hashlib.sha256(content.data).hexdigest() if content.whole else "",
        "source": highlighted(text, shown["path"].rpartition("/")[2]) if text else None,
        "empty": not content.data,
        "materials": read_sbom(text) if text and content.whole and is_sbom(shown["path"]) else None,
    }
    return render(request, "inside/member.html", context)


def _raw(request: HttpRequest, content: Content, path: str) -> HttpResponse:
    if not content.whole:
        raise NotReadable(
            _("It is larger than %(size)d MiB; download the file that it is in.") % {"size": _RAW // 1024**2}
        )
    kind = "text/plain; charset=utf-8" if text_of(content.data) is not None else "application/octet-stream"
    reply = HttpResponse(content.data, content_type=kind)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in path.rpartition("/")[2])
    reply["Content-Disposition"] = f'attachment; filename="{safe}"'
    return cast("HttpResponse", csp(_ALONE)(lambda _request: reply)(request))


@require_safe
def difference(request: HttpRequest, name: str, version: str, filename: str) -> HttpResponse:
    """Show what changed between the same file of another release, by the query's ``from``, and this one."""
    project, release, file = _file(name, version, filename)
    try:
        other = release_of(project, request.GET.get("from", "")[:200])
        before = queries.counterpart(file, other)
    except Missing as error:
        raise Http404(error.message) from error
    paths = queries.path_of(before), queries.path_of(file)
    try:
        with open_archive(paths[0], before.filename) as old, open_archive(paths[1], filename) as new:
            found, whole = comparing.changes(old, new)
    except (Busy, NotReadable) as error:
        return _away(request, error)
    context = {"project": project, "release": release, "file": file, "other": other, "before": before}
    return render(request, "inside/difference.html", context | {"changes": found, "whole": whole})


@require_safe
def release(_request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Send the reader into the first file of a release."""
    try:
        project = project_named(name)
        found = release_of(project, version)
        file = queries.first_file(found)
    except Missing as error:
        raise Http404(error.message) from error
    if file is None or project.quarantined_at is not None:
        raise Http404(_("%(version)s has no file to look into.") % {"version": version})
    return redirect("inside", name=project.normalized_name, version=found.version, filename=file.filename)
