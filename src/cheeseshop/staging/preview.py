# SPDX-License-Identifier: Apache-2.0
"""The preview of a session: a simple index of one project, written to disk whenever a file is settled or removed."""

from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

import orjson
from packaging.version import Version

from cheeseshop.catalog.state import project_state, release_state
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core import current
from cheeseshop.core.clock import iso_microseconds
from cheeseshop.staging.models import FileStatus, Session, SessionStatus, StagedFile
from cheeseshop.storage import Store

_API_VERSION = "1.1"


def write_preview(store: Store, session: Session) -> None:
    """Bring a session's preview in line with its files. Sessions that ended, or of what is in quarantine, have none."""
    with store.lock(f"stage {session.token}"):
        session.refresh_from_db()
        if session.status != SessionStatus.PENDING or _is_held(session):
            store.unstage(session.token)
            return
        files = list(session.files.filter(status=FileStatus.COMPLETED).order_by("filename"))
        blobs = {file.filename: file.key for file in files}
        blobs |= {f"{f.filename}.metadata": f"{f.key}.metadata" for f in files if f.row.get("metadata_sha256")}
        store.stage(session.token, blobs, _pages(session, files))


def refresh_previews(store: Store, normalized_name: str) -> None:
    """Bring the previews of a project's sessions in line, after it went into quarantine or came out."""
    for session in Session.objects.filter(normalized_name=normalized_name, status=SessionStatus.PENDING):
        write_preview(store, session)


def _is_held(session: Session) -> bool:
    project = project_state(session.normalized_name)
    if project is None or project.quarantined:
        return project is not None
    release = release_state(project.id, sort_key(Version(session.version)))
    return release is not None and release.quarantined


def _pages(session: Session, files: list[StagedFile]) -> dict[str, bytes]:
    base, name = f"{current.settings().url}/stage/{session.token}", session.normalized_name
    lines = "".join(_line(base, file) for file in files)
    listed = {"meta": {"api-version": _API_VERSION}, "projects": [{"name": name}]}
    shown = {
        "meta": {"api-version": _API_VERSION},
        "name": name,
        "versions": [session.version] if files else [],
        "files": [_file(base, file) for file in files],
    }
    return {
        "_list.html": _html("Simple index", f'<a href="{base}/simple/{name}/">{name}</a><br />\n'),
        "_list.json": orjson.dumps(listed),
        f"{name}.html": _html(f"Links for {name}", lines),
        f"{name}.json": orjson.dumps(shown),
    }


def _html(title: str, lines: str) -> bytes:
    head = f'<meta name="pypi:repository-version" content="{_API_VERSION}"><title>{escape(title)}</title>'
    return f"<!DOCTYPE html>\n<html><head>{head}</head>\n<body>\n{lines}</body></html>\n".encode()


def _address(base: str, file: StagedFile) -> str:
    return f"{base}/files/{quote(file.filename, safe='!+')}"


def _line(base: str, file: StagedFile) -> str:
    attributes = ""
    if file.row["requires_python"]:
        attributes += f' data-requires-python="{escape(file.row["requires_python"])}"'
    if file.row["metadata_sha256"]:
        digest = f"sha256={file.row['metadata_sha256']}"
        attributes += f' data-dist-info-metadata="{digest}" data-core-metadata="{digest}"'
    url = escape(f"{_address(base, file)}#sha256={file.row['sha256']}")
    return f'<a href="{url}"{attributes}>{escape(file.filename)}</a><br />\n'


def _file(base: str, file: StagedFile) -> dict[str, Any]:
    digest = file.row["metadata_sha256"]
    metadata = {"sha256": digest} if digest else False
    return {
        "filename": file.filename,
        "url": _address(base, file),
        "hashes": {"sha256": file.row["sha256"]},
        "requires-python": file.row["requires_python"] or None,
        "size": file.size,
        "upload-time": _time(file.created_at),
        "yanked": False,
        "core-metadata": metadata,
        "dist-info-metadata": metadata,
    }


def _time(moment: datetime) -> str:
    return iso_microseconds(moment)
