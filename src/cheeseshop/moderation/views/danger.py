# SPDX-License-Identifier: Apache-2.0
"""The API for trusted observers: who am I, and reports of projects. Its form may change without notice."""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from packaging.utils import canonicalize_name

from cheeseshop.accounts import limits
from cheeseshop.accounts.history import address_of
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.queries import visible
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden, Refusal
from cheeseshop.moderation import reports
from cheeseshop.moderation.models import Kind
from cheeseshop.moderation.observers import is_trusted
from cheeseshop.publishing.reporting import report
from cheeseshop.tokens.authentication import Bearer, Origin, authenticate

MEDIA_TYPE = "application/vnd.pypi.api-v0-danger+json"
KINDS = {
    "is_malware": Kind.MALWARE,
    "is_spam": Kind.SPAM,
    "is_dependency_confusion": Kind.DEPENDENCY_CONFUSION,
    "is_typosnyper_match": Kind.TYPO,
    "is_squatting": Kind.SQUATTING,
    "is_broken": Kind.BROKEN,
    "something_else": Kind.OTHER,
}
DENIED = "Access was denied to this resource."
_LARGEST = 64 * 1024
View = Callable[..., HttpResponse]


def for_observers(view: View) -> View:
    """Let trusted observers in, by a token of theirs; everybody else gets one and the same refusal."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - what the address holds
        try:
            bearer = _bearer(request)
        except Forbidden:
            return _said(HTTPStatus.FORBIDDEN, DENIED)
        answer = view(request, bearer, **kwargs)
        answer["Cache-Control"] = "private, no-store"
        return answer

    return guarded


def _bearer(request: HttpRequest) -> Bearer:
    origin = Origin(address_of(request), request.headers.get("User-Agent", "")[:300])
    bearer = authenticate(request.headers.get("Authorization", ""), origin)
    holder = bearer.person
    able = bearer.issued_by_administrator or (holder.has_verified_address and holder.has_two_factors)
    if not able or not is_trusted(holder.id):
        raise Forbidden(DENIED)
    return bearer


def _said(status: int, message: str) -> HttpResponse:
    return JsonResponse({"message": message}, status=status)


@require_safe
@for_observers
def echo(_request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """Say whose token it is."""
    return JsonResponse({"username": bearer.person.username}, content_type=MEDIA_TYPE)


@csrf_exempt
@require_POST
@for_observers
def observe(request: HttpRequest, bearer: Bearer, name: str) -> HttpResponse:
    """Take a report of a project: 202, and whatever is to be done of it is done."""
    if (request.content_type or "").lower() != MEDIA_TYPE:
        return _said(HTTPStatus.BAD_REQUEST, f"Send the content type {MEDIA_TYPE}.")
    project = None if "\0" in name else Project.objects.filter(normalized_name=canonicalize_name(name)).first()
    if project is None or not visible(project):
        return _said(HTTPStatus.NOT_FOUND, f"There is no project named {name}.")
    try:
        bearer.check(project.normalized_name, project.pk)
        limits.spend(request, "observe", str(bearer.person.id), gettext("Too many reports."))
        made = report(_told(request, project), User.objects.get(pk=bearer.person.id))
    except Forbidden:
        return _said(HTTPStatus.FORBIDDEN, DENIED)
    except limits.TooMany as error:
        return limits.answer(_said(HTTPStatus.TOO_MANY_REQUESTS, error.messages[0]), error)
    except Refusal as error:
        return _said(error.status if error.status == HTTPStatus.NOT_FOUND else HTTPStatus.BAD_REQUEST, error.message)
    return _accepted(project, made)


def _accepted(project: Project, made: UUID) -> HttpResponse:
    told = {"project": project.normalized_name, "observation": str(made)}
    return JsonResponse(told, status=HTTPStatus.ACCEPTED, content_type=MEDIA_TYPE)


def _told(request: HttpRequest, project: Project) -> reports.Report:
    """Read what is reported.

    Raises:
        Refusal: saying what is wrong with it.
    """
    try:
        body = json.loads(request.body) if len(request.body) <= _LARGEST else None
    except (ValueError, RecursionError) as error:
        raise Refusal("The body is no JSON.") from error
    if not isinstance(body, dict):
        raise Refusal(f"The body is no JSON object of at most {_LARGEST} bytes.")
    kind, summary, link = (body.get(key) for key in ("kind", "summary", "inspector_url"))
    if not isinstance(kind, str) or kind not in KINDS:
        raise Refusal(f"kind is one of {', '.join(KINDS)}.")
    if not isinstance(summary, str):
        raise Refusal("summary is a text: what was found.")
    if link is not None and not isinstance(link, str):
        raise Refusal("inspector_url is a text.")
    if KINDS[kind] is Kind.MALWARE and not link:
        raise Refusal("inspector_url is required for malware.")
    where = reports.check_link(link, project.normalized_name) if link else ""
    return reports.Report(project.pk, KINDS[kind], reports.check_summary(summary), where)


@require_safe
def description(_request: HttpRequest) -> HttpResponse:
    """Describe this API (OpenAPI)."""
    text = (Path(__file__).parent.parent / "openapi.yaml").read_text(encoding="utf-8")
    kinds = "".join(f"\n                  - {kind}" for kind in KINDS)
    text = text.replace("SITE_URL", current.settings().url).replace(" KINDS", kinds)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")
