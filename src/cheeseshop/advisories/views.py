# SPDX-License-Identifier: Apache-2.0
"""An advisory's page, and the questions of auditors (the API of osv.dev)."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.advisories.models import Advisory
from cheeseshop.advisories.osv import ECOSYSTEM
from cheeseshop.advisories.queries import records_on
from cheeseshop.descriptions.shown import shown
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.rendering import render_description

_MOST = 1000
_BODY = 1024 * 1024


class _QueryError(ValueError):
    """A question that is not of the API's form."""


@require_safe
def advisory(request: HttpRequest, identity: str) -> HttpResponse:
    """Show an advisory."""
    if "\0" in identity:
        raise Http404("There is no such advisory.")
    found = get_object_or_404(Advisory, pk=identity)
    context = {
        "advisory": found,
        "details": _details(found.details),
        "affected": found.affected.order_by("normalized_name")[:100],
    }
    return render(request, "advisories/advisory.html", context)


def _details(text: str) -> str:
    try:
        return shown(render_description(text, "text/markdown; variant=GFM"))
    except DistributionRefused:
        return shown(render_description(text, "text/plain"))


@require_safe
def record(_request: HttpRequest, identity: str) -> HttpResponse:
    """Return an advisory's record."""
    found = None if "\0" in identity else Advisory.objects.filter(pk=identity).first()
    if found is None:
        return JsonResponse({"code": 5, "message": "Bug not found."}, status=404)
    return HttpResponse(found.raw, content_type="application/json")


@csrf_exempt
@require_POST
def query(request: HttpRequest) -> HttpResponse:
    """Answer which records speak of one version of one project."""
    try:
        found = _answer(_body(request))
    except _QueryError as error:
        return _refused(error)
    return JsonResponse({"vulns": found} if found else {})


@csrf_exempt
@require_POST
def query_batch(request: HttpRequest) -> HttpResponse:
    """Answer many such questions by the records' identifiers."""
    try:
        results = []
        for each in _questions(request):
            found = [{"id": v["id"], "modified": v["modified"]} for v in _answer(each)]
            results.append({"vulns": found} if found else {})
    except _QueryError as error:
        return _refused(error)
    return JsonResponse({"results": results})


def _questions(request: HttpRequest) -> list[Any]:
    asked = _body(request).get("queries")
    if not isinstance(asked, list) or len(asked) > _MOST:
        raise _QueryError(f"queries is a list of at most {_MOST}")
    return asked


def _refused(error: _QueryError) -> HttpResponse:
    return JsonResponse({"code": 3, "message": str(error)}, status=400)


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > _BODY:
        raise _QueryError("the question is too large")
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise _QueryError("the body is no JSON") from error
    if not isinstance(found, dict):
        raise _QueryError("the body is no JSON object")
    return found


def _answer(asked: object) -> list[dict[str, Any]]:
    package = asked.get("package") if isinstance(asked, dict) else None
    if not isinstance(asked, dict) or not isinstance(package, dict):
        raise _QueryError("a question names a package")
    name, version = package.get("name"), asked.get("version")
    if package.get("ecosystem") != ECOSYSTEM:
        return []
    if not isinstance(name, str):
        raise _QueryError("the package has no name")
    try:
        normalized = str(canonicalize_name(name[:300], validate=True))
        wanted = None if version in {None, ""} else Version(str(version)[:200])
    except InvalidName as error:
        raise _QueryError("the package has no valid name") from error
    except InvalidVersion as error:
        raise _QueryError("the version is none of PEP 440") from error
    return records_on(normalized, wanted)
