# SPDX-License-Identifier: Apache-2.0
"""An advisory's page, and the questions of auditors (the API of osv.dev)."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.accounts import limits
from cheeseshop.accounts.views.settings import me
from cheeseshop.advisories import disputes, pushed
from cheeseshop.advisories.disputes import Dispute
from cheeseshop.advisories.forms import DisputeForm
from cheeseshop.advisories.models import Advisory
from cheeseshop.advisories.osv import ECOSYSTEM
from cheeseshop.advisories.queries import records_on
from cheeseshop.core.errors import Refusal
from cheeseshop.descriptions.shown import shown
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.rendering import render_description

log = logging.getLogger(__name__)

_MOST = 1000
_MOST_DISPUTED = 100
_BODY = 1024 * 1024


class _QueryError(ValueError):
    """A question that is not of the API's form."""


@require_safe
def advisory(request: HttpRequest, identity: str) -> HttpResponse:
    """Show an advisory."""
    if "\0" in identity:
        raise Http404(_("There is no such advisory."))
    found = get_object_or_404(Advisory, pk=identity)
    context = {
        "advisory": found,
        "details": _details(found.details),
        "affected": found.affected.order_by("normalized_name")[:100],
    }
    return render(request, "advisories/advisory.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, identity: str) -> HttpResponse:
    """Take what a person says against an advisory."""
    if "\0" in identity:
        raise Http404(_("There is no such advisory."))
    found, user = get_object_or_404(Advisory, pk=identity), me(request)
    names = list(found.affected.order_by("normalized_name").values_list("normalized_name", flat=True)[:_MOST_DISPUTED])
    if not names:
        raise Http404(_("This advisory is about no project here."))
    form, status = DisputeForm(names, request.POST or None), HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            limits.spend(request, "dispute_advisory", str(user.pk), _("You disputed many advisories."))
            disputes.dispute(found, Dispute(form.cleaned_data["project"], form.cleaned_data["reason"]), user)
        except limits.TooMany as error:
            form.add_error(None, error)
            return limits.answer(render(request, "advisories/dispute.html", {"advisory": found, "form": form}), error)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = HTTPStatus(refusal.status)
        else:
            messages.success(
                request, _("Thank you. Administrators will look at %(advisory)s.") % {"advisory": found.pk}
            )
            return redirect("advisory", identity=found.pk)
    return render(request, "advisories/dispute.html", {"advisory": found, "form": form}, status=status)


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take advisories that are pushed by whoever the setting names, signed: 204 whatever became of them."""
    try:
        pushed.check_source(request.headers, request.body)
        told = pushed.take(pushed.reports_in(request.body))
    except Refusal as refusal:
        return JsonResponse({"message": refusal.message}, status=refusal.status)
    log.info("pushed advisories: %s new, %s changed", told.new, told.changed)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


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
