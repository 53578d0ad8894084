# SPDX-License-Identifier: Apache-2.0
"""Addresses that indexes have had before, which links and old clients still ask for."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from trove_classifiers import sorted_classifiers

from cheeseshop.catalog.state import file_state
from cheeseshop.core import current
from cheeseshop.mirrors.views import calls, is_call
from cheeseshop.publishing.public_tree import anyone_may_fetch

_UPLOADS = frozenset({"file_upload", "submit", "submit_pkg_info", "doc_upload"})


@require_safe
def project(_request: HttpRequest, name: str, version: str = "") -> HttpResponse:
    """Send the reader to a project's page, or a release's."""
    if version:
        return redirect("release", name=name, version=version, permanent=True)
    return redirect("project", name=name, permanent=True)


@require_safe
def user(_request: HttpRequest, username: str) -> HttpResponse:
    """Send the reader to a person's page."""
    return redirect("user", username=username, permanent=True)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def pypi(request: HttpRequest) -> HttpResponse:
    """Answer ``/pypi``: XML-RPC calls, and what one address once did by its ``:action``."""
    return calls(request) if is_call(request) else _by_action(request)


def _by_action(request: HttpRequest) -> HttpResponse:
    action = request.GET.get(":action", "") or request.POST.get(":action", "")
    if request.method == "POST" or action in _UPLOADS:
        return _moved(action)
    if action == "list_classifiers":
        return HttpResponse("\n".join(sorted_classifiers) + "\n", content_type="text/plain; charset=utf-8")
    if action == "doap":
        return HttpResponse("DOAP is no longer published.", status=410, content_type="text/plain; charset=utf-8")
    if action == "search":
        query = urlencode({"q": request.GET.get("term", "")})
        return HttpResponsePermanentRedirect(f"{reverse('search')}?{query}")
    if action in {"display", "files"} and request.GET.get("name"):
        return project(request, request.GET["name"], request.GET.get("version", ""))
    if action:
        raise Http404(_("There is nothing at this address."))
    return HttpResponsePermanentRedirect("/")


def _moved(action: str) -> HttpResponse:
    where = f"{current.settings().url}/legacy/"
    message = f"This address takes no {action or 'data'} any more; uploads go to {where}"
    return HttpResponse(message, status=410, content_type="text/plain; charset=utf-8")


@require_safe
def file(_request: HttpRequest, filename: str, **_folders: str) -> HttpResponse:
    """Send a client to a file that it asks for by its name, where anybody may fetch it."""
    state = file_state(filename)
    if state is None or not anyone_may_fetch(state):
        raise Http404(_("There is no such file."))
    return HttpResponseRedirect(f"/packages/{state.key}")
