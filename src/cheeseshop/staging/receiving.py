# SPDX-License-Identifier: Apache-2.0
"""The application layer of staged releases: bytes as the edge hands them over, and publishing with its pages."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection

from cheeseshop.core import current
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.edge_contract.protocols import TRY_AGAIN, Admission, Reply, RequestHead, SpooledForm
from cheeseshop.fronts.purging import purge
from cheeseshop.pages.publisher import publish_project
from cheeseshop.publishing.public_tree import publish_file
from cheeseshop.staging.flows.files import take_bytes
from cheeseshop.staging.flows.publish import publish_session
from cheeseshop.staging.models import FileStatus, Session
from cheeseshop.staging.queries import check_pending, file_of
from cheeseshop.staging.requests import PARTS
from cheeseshop.storage import Store, digests
from cheeseshop.uploads.admission import Sender, admit

log = logging.getLogger(__name__)
T = TypeVar("T")

PROBLEM = "application/problem+json"
_CONTENT = re.compile(r"/upload/2\.0/files/([0-9a-f-]{36})/content")
_DIGITS = 15
_UNPUBLISHED = "The session is published, but its pages could not be written yet; publish again to see to it."


@dataclass(frozen=True, slots=True)
class _Ticket:
    sender: Sender
    file: UUID
    offset: int | None = None


class StagedReceiver:
    """Takes the bytes of staged files, behind the edge."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, head: RequestHead) -> Admission | Reply:
        """Check from headers alone that the sender may send this file now."""
        return _answered(lambda: self._admit(head))

    def _admit(self, head: RequestHead) -> Admission:
        found = _CONTENT.fullmatch(head.path)
        if found is None:
            raise Missing("There is no such file.")
        sender = admit(head)
        try:
            file = file_of(sender, UUID(found[1]))
        except ValueError as error:
            raise Missing("There is no such file.") from error
        check_pending(file.session)
        if file.status != FileStatus.PENDING:
            raise Refusal(f"The file {file.filename} is complete; delete it first to send another.", status=409)
        if file.mechanism != PARTS:
            return Admission(file.size, _Ticket(sender, file.pk))
        offset, received = _offset(head.query), self._store.received(file.pk)
        if offset != received:
            raise _Elsewhere(received)
        return Admission(file.size - offset, _Ticket(sender, file.pk, offset))

    def accept(self, admission: Admission, form: SpooledForm) -> Reply:
        """Check and store the file's bytes, and answer."""
        return _answered(lambda: self._accept(admission.ticket, form))

    def _accept(self, ticket: _Ticket, form: SpooledForm) -> Reply:
        file = file_of(ticket.sender, ticket.file)
        if form.content is None:
            raise Refusal("There are no bytes.")
        content = form.content
        if ticket.offset is not None:
            whole, size = self._store.append_part(file.pk, ticket.offset, content.path)
            if size < file.size:
                return Reply(202, headers=(_told(size),))
            md5, sha256, blake2, size = digests(whole)
            content = replace(content, path=whole, size=size, md5=md5, sha256=sha256, blake2_256=blake2)
        try:
            take_bytes(self._store, ticket.sender, file, content, lambda _name: None)
        finally:
            if ticket.offset is not None:  # taken, or not what was declared: then it is sent from its beginning
                self._store.drop_parts(file.pk)
        return Reply(201)


class _Elsewhere(Refusal):
    """A part that does not begin where the last one ended."""

    def __init__(self, received: int) -> None:
        super().__init__(f"offset: {received} bytes of the file have come; send on from there.", status=409)
        self.received = received


def _offset(query: str) -> int:
    """Return where a part begins, by the query of its address.

    Raises:
        Refusal: when that is no number.
    """
    text = next(iter(parse_qs(query).get("offset", ())), "")
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        raise Refusal("offset: send a part to file_url?offset=N, where N is the number of its first byte.")
    return int(text)


def _told(received: int) -> tuple[str, str]:
    return "upload-offset", str(received)


def publish(store: Store, sender: Sender, session: Session, step: Callable[[str], None] = lambda _name: None) -> None:
    """Publish a session and its pages. Of a session that is published already, see that its pages are.

    Raises:
        Refusal: as ``publish_session`` does; 503 when only the pages could not be written.
    """
    keys = publish_session(store, sender, session, step)
    try:
        for key in keys:
            publish_file(store, key)
        publish_project(store, current.settings().url, session.normalized_name)
        purge((session.normalized_name,))
        store.unstage(session.token)
    except (DatabaseError, OSError) as error:
        log.exception("publishing %s failed", session.normalized_name)
        raise Refusal(_UNPUBLISHED, status=503, retry_after=5) from error
    step("published")


def problem(status: int, detail: str) -> str:
    """Return a refusal in the form of RFC 9457, with the errors that the draft adds."""
    source, separator, message = detail.partition(": ")
    named = separator and source.isascii() and source.replace("-", "").isalpha() and source.islower()
    error = {"source": source, "message": message} if named else {"source": "request", "message": detail}
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return json.dumps({"meta": {"api-version": "2.0"}, **told, "errors": [error]})


def _answered(work: Callable[[], T]) -> T | Reply:
    """Do something for the edge, and turn what stands against it into an answer."""
    try:
        return work()
    except Refusal as refusal:
        headers: tuple[tuple[str, str], ...] = ()
        if refusal.retry_after:
            headers = (("retry-after", str(refusal.retry_after)),)
        if isinstance(refusal, _Elsewhere):
            headers = (_told(refusal.received),)
        return Reply(refusal.status, problem(refusal.status, refusal.message), headers, PROBLEM)
    except (DatabaseError, OSError):
        log.exception("a staged file was not taken")
        return Reply(503, problem(503, TRY_AGAIN), (("retry-after", "5"),), PROBLEM)
    finally:
        if not connection.in_atomic_block:
            close_old_connections()
