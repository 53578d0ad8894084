# SPDX-License-Identifier: Apache-2.0
"""Whose sessions and files they are, and what clients are told of them."""

from typing import Any
from uuid import UUID

from cheeseshop.access.permissions import Action
from cheeseshop.catalog.state import project_state
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Forbidden, Missing
from cheeseshop.staging.models import FileStatus, Session, SessionStatus, StagedFile
from cheeseshop.staging.requests import MECHANISMS, PARTS
from cheeseshop.storage import open_store
from cheeseshop.uploads.admission import Sender

ROOT = "/upload/2.0/"


def session_of(sender: Sender, session: UUID) -> Session:
    """Return a session of the sender's.

    Raises:
        Missing: when there is none, or it ended long ago.
        Forbidden: when it is somebody else's, or the token is not good for its project.
    """
    found = Session.objects.filter(pk=session).first()
    if found is None:
        raise Missing("There is no such publishing session; it may have ended long ago.")
    check_owner(sender, found)
    return found


def file_of(sender: Sender, file: UUID) -> StagedFile:
    """Return a file of a session of the sender's.

    Raises:
        Missing: when there is none any more.
        Forbidden: as ``session_of``.
    """
    found = StagedFile.objects.select_related("session").filter(pk=file).first()
    if found is None:
        raise Missing("There is no such file; it may have been removed, or its session ended.")
    check_owner(sender, found.session)
    return found


def check_owner(sender: Sender, session: Session) -> None:
    """Check that a session is the sender's, and that the token is good for its project.

    Raises:
        Forbidden: when not.
    """
    if session.owner_id != sender.bearer.person.id:
        raise Forbidden("This publishing session was opened by somebody else.")
    project = project_state(session.normalized_name)
    sender.bearer.check(session.normalized_name, project.id if project else None, Action.UPLOAD.value)


def check_pending(session: Session) -> None:
    """Check that a session can still be changed.

    Raises:
        Conflict: when it has ended.
    """
    if session.status != SessionStatus.PENDING:
        raise Conflict(f"This publishing session is {session.status}.")
    if session.expires_at <= now():
        raise Conflict("This publishing session has expired.")


def session_url(session: Session) -> str:
    """Return the address of a session."""
    return f"{current.settings().url}{ROOT}sessions/{session.pk}/"


def file_url(file: StagedFile) -> str:
    """Return the address of a staged file."""
    return f"{current.settings().url}{ROOT}files/{file.pk}/"


def stage_url(session: Session) -> str:
    """Return the address of a session's preview, which installers take for an index."""
    return f"{current.settings().url}/stage/{session.token}/simple/"


def told_of_session(session: Session) -> dict[str, Any]:
    """Return what a client is told of a session."""
    url = session_url(session)
    links = {"session": url}
    told: dict[str, Any] = {"meta": {"api-version": "2.0"}, "links": links, "mechanisms": list(MECHANISMS)}
    if session.status == SessionStatus.PENDING:
        links |= {"upload": f"{url}files/", "publish": f"{url}publish/", "extend": f"{url}extend/"}
        links["stage"] = stage_url(session)
        told["session-token"] = session.token
    files = session.files.order_by("filename")
    return told | {
        "name": session.project_name,
        "version": session.version,
        "expires-at": _moment(session),
        "status": session.status,
        "files": {file.filename: {"status": file.status, "link": file_url(file)} for file in files},
        "notices": [],
    }


def told_of_file(file: StagedFile) -> dict[str, Any]:
    """Return what a client is told of a file."""
    url = file_url(file)
    return {
        "meta": {"api-version": "2.0"},
        "links": {
            "publishing-session": session_url(file.session),
            "file-upload-session": url,
            "complete": f"{url}complete/",
        },
        "status": file.status,
        "expires-at": _moment(file.session),
        "mechanism": _mechanism(file, f"{url}content"),
    }


def _mechanism(file: StagedFile, address: str) -> dict[str, Any]:
    told: dict[str, Any] = {"identifier": file.mechanism, "file_url": address}
    if file.mechanism == PARTS and file.status == FileStatus.PENDING:
        told["received"] = file.size if file.key else open_store().received(file.pk)
    return told


def _moment(session: Session) -> str:
    return f"{session.expires_at:%Y-%m-%dT%H:%M:%SZ}"
