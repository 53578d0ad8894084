# SPDX-License-Identifier: Apache-2.0
"""Upload 2.0 over HTTP, all but the bytes of files, which the edge takes in."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from packaging.version import Version

from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.protocols import RequestHead
from cheeseshop.staging import queries, requests
from cheeseshop.staging.flows import files, sessions
from cheeseshop.staging.receiving import PROBLEM, problem, publish
from cheeseshop.storage import open_store
from cheeseshop.uploads.acceptance import allowances
from cheeseshop.uploads.admission import Sender, admit
from cheeseshop.uploads.frequency import check_frequency

_POLL = "1"

Handler = Callable[..., HttpResponse]


def _endpoint(**handlers: Handler) -> Handler:
    """Return a view of one handler for each method, that admits by token and refuses in the form of RFC 9457."""

    @csrf_exempt
    def view(request: HttpRequest, **address: UUID) -> HttpResponse:
        if not current.settings().upload_2:
            raise Http404
        handler = handlers.get(str(request.method))
        if handler is None:
            refused = _refusal(Refusal("This address does not take that method.", status=405))
            refused["Allow"] = ", ".join(handlers)
            return refused
        try:
            return handler(request, _sender(request), **address)
        except sessions.Opened as refusal:
            refused = _refusal(refusal)
            refused["Location"] = queries.session_url(refusal.session)
            return refused
        except Refusal as refusal:
            return _refusal(refusal)

    return view


def _sender(request: HttpRequest) -> Sender:
    """Admit who asks, as for an upload, and check that they speak this version.

    Raises:
        Refusal: when not.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    if request.method == "POST" and request.content_type != requests.MEDIA_TYPE:
        raise Refusal(f"Send Content-Type: {requests.MEDIA_TYPE}.", status=415)
    accept = headers.get("accept", "*/*")
    if not any(kind in accept for kind in ("*/*", "application/*", requests.MEDIA_TYPE)):
        raise Refusal(f"Answers are {requests.MEDIA_TYPE}; accept that.", status=406)
    return admit(RequestHead(str(request.method), request.path, "", headers, request.META.get("REMOTE_ADDR", "")))


def _refusal(refusal: Refusal) -> HttpResponse:
    answer = HttpResponse(problem(refusal.status, refusal.message), content_type=PROBLEM, status=refusal.status)
    if refusal.retry_after:
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def _told(told: dict[str, Any], status: HTTPStatus, location: str = "") -> HttpResponse:
    answer = HttpResponse(json.dumps(told), content_type=requests.MEDIA_TYPE, status=status)
    answer["Cache-Control"] = "private, no-store"
    if location:
        answer["Location"] = location
    return answer


def _create(request: HttpRequest, sender: Sender) -> HttpResponse:
    session = sessions.open_session(sender, requests.new_session(requests.read_json(request.body)))
    return _told(queries.told_of_session(session), HTTPStatus.CREATED, queries.session_url(session))


def _session(_request: HttpRequest, sender: Sender, session: UUID) -> HttpResponse:
    return _told(queries.told_of_session(queries.session_of(sender, session)), HTTPStatus.OK)


def _cancel(_request: HttpRequest, sender: Sender, session: UUID) -> HttpResponse:
    sessions.cancel_session(queries.session_of(sender, session), open_store())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _extend(request: HttpRequest, sender: Sender, session: UUID) -> HttpResponse:
    found = queries.session_of(sender, session)
    extended = sessions.extend_session(found, requests.extension(requests.read_json(request.body)))
    return _told(queries.told_of_session(extended), HTTPStatus.OK)


def _publish(request: HttpRequest, sender: Sender, session: UUID) -> HttpResponse:
    requests.read_json(request.body)
    found = queries.session_of(sender, session)
    publish(open_store(), sender, found)
    found.refresh_from_db()
    return _told(queries.told_of_session(found), HTTPStatus.CREATED, queries.session_url(found))


def _declare(request: HttpRequest, sender: Sender, session: UUID) -> HttpResponse:
    found = queries.session_of(sender, session)
    read = requests.read_json(request.body)
    declared = requests.declared_file(read, found.normalized_name, Version(found.version), allowances())
    check_frequency(sender)
    file = files.declare_file(sender, found, declared)
    answer = _told(queries.told_of_file(file), HTTPStatus.ACCEPTED, queries.file_url(file))
    answer["Retry-After"] = _POLL
    return answer


def _file(_request: HttpRequest, sender: Sender, file: UUID) -> HttpResponse:
    answer = _told(queries.told_of_file(queries.file_of(sender, file)), HTTPStatus.OK)
    answer["Retry-After"] = _POLL
    return answer


def _remove(_request: HttpRequest, sender: Sender, file: UUID) -> HttpResponse:
    files.remove_file(open_store(), queries.file_of(sender, file))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _complete(request: HttpRequest, sender: Sender, file: UUID) -> HttpResponse:
    requests.read_json(request.body)
    found = files.complete_file(open_store(), queries.file_of(sender, file))
    return _told(queries.told_of_file(found), HTTPStatus.CREATED, queries.file_url(found))


create = _endpoint(POST=_create)
session = _endpoint(GET=_session, HEAD=_session, DELETE=_cancel)
extend = _endpoint(POST=_extend)
publish_view = _endpoint(POST=_publish)
declare = _endpoint(POST=_declare)
file = _endpoint(GET=_file, HEAD=_file, DELETE=_remove)
complete = _endpoint(POST=_complete)
