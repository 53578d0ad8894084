# SPDX-License-Identifier: Apache-2.0
"""From rows to the bytes of pages. Pure: no database, no disk, so that snapshots can hold every byte."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

import orjson

from cheeseshop.core.clock import iso_microseconds, iso_seconds
from cheeseshop.core.facts import Status
from cheeseshop.edge_contract.container import Piece, make_piece
from cheeseshop.pages.rows import FileRow, ProjectRow, ReleaseRow

API_VERSION = "1.4"


def file_url(site: str, file: FileRow) -> str:
    """Return the absolute address of a file."""
    return f"{site}/packages/{quote(file.key, safe='/!+')}"


def status_of(project: ProjectRow) -> tuple[str, str]:
    """Return the project's status marker and its reason (PEP 792). Quarantine outranks the lifecycle."""
    if project.quarantined:
        return Status.QUARANTINED.value, project.quarantine_reason
    return project.status, project.status_reason


def html_line(site: str, file: FileRow) -> str:
    """Return a file's anchor on the simple page (PEP 503, 592, 658, 714, 740)."""
    attributes = []
    if file.requires_python:
        attributes.append(f' data-requires-python="{escape(file.requires_python)}"')
    if file.yanked:
        attributes.append(f' data-yanked="{escape(file.yanked_reason)}"')
    if file.metadata_sha256:
        digest = f"sha256={file.metadata_sha256}"
        attributes.append(f' data-dist-info-metadata="{digest}" data-core-metadata="{digest}"')
    if file.provenance_path:
        attributes.append(f' data-provenance="{escape(site + file.provenance_path)}"')
    url = escape(file_url(site, file))
    return f'<a href="{url}#sha256={file.sha256}"{"".join(attributes)}>{escape(file.filename)}</a><br />\n'


def json_file(site: str, file: FileRow) -> dict[str, Any]:
    """Return a file's object on the simple page (PEP 691, 700, 740)."""
    metadata: dict[str, str] | bool = {"sha256": file.metadata_sha256} if file.metadata_sha256 else False
    return {
        "filename": file.filename,
        "url": file_url(site, file),
        "hashes": {"sha256": file.sha256},
        "requires-python": file.requires_python or None,
        "size": file.size,
        "upload-time": iso_microseconds(file.uploaded_at),
        "yanked": (file.yanked_reason or True) if file.yanked else False,
        "core-metadata": metadata,
        "data-dist-info-metadata": metadata,
        "provenance": site + file.provenance_path if file.provenance_path else None,
    }


def legacy_file(site: str, file: FileRow) -> dict[str, Any]:
    """Return a file's object in the legacy JSON API."""
    return {
        "comment_text": file.comment,
        "core-metadata": {"sha256": file.metadata_sha256} if file.metadata_sha256 else False,
        "digests": {"blake2b_256": file.blake2_256, "md5": file.md5, "sha256": file.sha256},
        "downloads": -1,
        "filename": file.filename,
        "has_sig": False,
        "md5_digest": file.md5,
        "packagetype": file.packagetype,
        "python_version": file.python_version,
        "requires_python": file.requires_python or None,
        "size": file.size,
        "upload_time": iso_seconds(file.uploaded_at),
        "upload_time_iso_8601": iso_microseconds(file.uploaded_at),
        "url": file_url(site, file),
        "yanked": file.yanked,
        "yanked_reason": file.yanked_reason or None,
    }


def _list_body(values: Sequence[Any]) -> bytes:
    return orjson.dumps(values)[1:-1]


def chunk_pieces(site: str, releases: Sequence[ReleaseRow]) -> dict[str, Piece]:
    """Render a range of releases, in version order, into the pieces of a chunk."""
    shown = [release for release in releases if not release.quarantined]
    files = [file for release in shown for file in release.files]
    legacy = b",".join(
        orjson.dumps(release.version) + b":" + orjson.dumps([legacy_file(site, f) for f in release.files])
        for release in reversed(shown)
    )
    return {
        "html": make_piece("".join(html_line(site, f) for f in files).encode()),
        "json": make_piece(_list_body([json_file(site, f) for f in files])),
        "versions": make_piece(_list_body([r.version for r in shown if r.files])),
        "legacy": make_piece(legacy),
    }


def page_pieces(project: ProjectRow) -> dict[str, Piece]:
    """Render the heads and tails of a project's forms."""
    status, reason = status_of(project)
    marker = {"status": status, "reason": reason} if reason else {"status": status}
    head = orjson.dumps(
        {
            "meta": {"api-version": API_VERSION, "_last-serial": project.serial},
            "name": project.normalized_name,
            "project-status": marker,
        }
    )
    ownership = {
        "roles": [{"role": role, "user": user} for role, user in project.roles],
        "organization": project.organization,
    }
    standing = (project.serial, orjson.dumps(ownership), orjson.dumps(marker))
    legacy = b',"last_serial":%d,"ownership":%s,"project-status":%s' % standing
    return {
        "html_head": make_piece(_html_head(project.normalized_name, status, reason).encode()),
        "html_tail": make_piece(f"  </body>\n</html>\n<!--SERIAL {project.serial}-->\n".encode()),
        "json_head": make_piece(head[:-1] + b',"versions":['),
        "legacy_head": make_piece(legacy),
        "legacy_releases_open": make_piece(b',"releases":{'),
        "legacy_releases_close": make_piece(b"}"),
    }


def _html_head(name: str, status: str, reason: str) -> str:
    because = f'    <meta name="pypi:project-status-reason" content="{escape(reason)}">\n' if reason else ""
    return (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        f'    <meta name="pypi:repository-version" content="{API_VERSION}">\n'
        f'    <meta name="pypi:project-status" content="{escape(status)}">\n'
        f"{because}    <title>Links for {escape(name)}</title>\n  </head>\n"
        f"  <body>\n    <h1>Links for {escape(name)}</h1>\n"
    )


def release_pieces(
    site: str,
    project: ProjectRow,
    release: ReleaseRow,
    description: tuple[str, str],
    vulnerabilities: Sequence[dict[str, Any]] = (),
) -> dict[str, Piece]:
    """Render one release for the legacy JSON API."""
    known = {"vulnerabilities": make_piece(orjson.dumps(vulnerabilities))} if vulnerabilities else {}
    return known | {
        "info": make_piece(orjson.dumps(release_info(site, project, release, description))),
        "urls": make_piece(_list_body([legacy_file(site, f) for f in release.files])),
    }


def release_info(site: str, project: ProjectRow, release: ReleaseRow, description: tuple[str, str]) -> dict[str, Any]:
    """Return the ``info`` object of the legacy JSON API."""
    facts = release.facts
    home = f"{site}/project/{project.normalized_name}/"
    text, content_type = description
    info: dict[str, Any] = {key: _text(facts.get(key)) for key in _TEXTS}
    info |= {key: list(facts.get(key) or ()) or None for key in _LISTS}
    return info | {
        "classifiers": list(facts.get("classifiers") or ()),
        "bugtrack_url": None,
        "description": text,
        "description_content_type": content_type or None,
        "docs_url": None,
        "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
        "keywords": _text(facts.get("keywords"), joiner=","),
        "name": project.name,
        "package_url": home,
        "platform": _text(facts.get("platforms"), joiner=",") or None,
        "project_url": home,
        "project_urls": _project_urls(facts),
        "release_url": f"{home}{quote(release.version, safe='!+')}/",
        "requires_python": facts.get("requires_python") or None,
        "version": release.version,
        "yanked": release.yanked,
        "yanked_reason": release.yanked_reason or None,
    }


_TEXTS = (
    "author",
    "author_email",
    "download_url",
    "home_page",
    "license",
    "license_expression",
    "maintainer",
    "maintainer_email",
    "summary",
)
_LISTS = ("dynamic", "license_files", "provides_extra", "requires_dist")


def _text(value: Any, joiner: str = ", ") -> str | None:  # noqa: ANN401 - a JSON value
    return joiner.join(value) if isinstance(value, list | tuple) else value


def _project_urls(facts: dict[str, Any]) -> dict[str, str] | None:
    urls = {str(label): str(url) for label, url in facts.get("project_urls") or ()}
    for label, key in (("Download", "download_url"), ("Homepage", "home_page")):
        if facts.get(key):
            urls.setdefault(label, facts[key])
    return urls or None


def list_pieces(rows: Iterable[tuple[str, str, int]]) -> dict[str, Piece]:
    """Render projects (normalised name, name, last serial) for the list of all projects."""
    found = list(rows)
    html = "".join(f'    <a href="/simple/{name}/">{escape(display)}</a>\n' for name, display, _ in found)
    entries = [{"name": display, "_last-serial": serial} for _, display, serial in found]
    return {"html": make_piece(html.encode()), "json": make_piece(_list_body(entries))}


def list_frame(serial: int) -> dict[str, Piece]:
    """Render the head and tail of the list of all projects."""
    meta = orjson.dumps({"meta": {"api-version": API_VERSION, "_last-serial": serial}})
    head = (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        f'    <meta name="pypi:repository-version" content="{API_VERSION}">\n'
        "    <title>Simple index</title>\n  </head>\n  <body>\n"
    )
    return {
        "html_head": make_piece(head.encode()),
        "html_tail": make_piece(f"  </body>\n</html>\n<!--SERIAL {serial}-->\n".encode()),
        "json_head": make_piece(meta[:-1] + b',"projects":['),
        "json_tail": make_piece(b"]}\n"),
    }
