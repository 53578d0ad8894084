# SPDX-License-Identifier: Apache-2.0
"""Results as a page and as JSON, what browsers need to search here, and the list of classifiers."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cheeseshop.core import current
from cheeseshop.core.errors import Missing
from cheeseshop.discovery import classes, facets
from cheeseshop.discovery.asking import for_people, for_programs, page_number, wanted_of
from cheeseshop.discovery.searching import NEWEST, PAGE, Hit, Results, Search, meant, page_of, search

_SHORT_NAME = 16  # characters, as OpenSearch allows
_DAY = 24 * 3600


def _found(request: HttpRequest) -> tuple[Search, int, Results, list[Hit]]:
    """Read the request, search, and take the page that is asked for."""
    wanted, number = wanted_of(request), page_number(request)
    results = search(wanted)
    try:
        return wanted, number, results, page_of(results, number)
    except Missing as error:
        raise Http404(error.message) from error


@require_safe
@for_people
def page(request: HttpRequest) -> HttpResponse:
    """List projects that hold the words that were typed, by how well they match or by date."""
    wanted, number, results, shown = _found(request)
    groups = facets.groups(results.counts, wanted.classifiers)
    boxes = {branch.classifier for group in groups for branch in group.branches}
    context = {
        "term": wanted.text,
        "wanted": wanted,
        "newest": wanted.order == NEWEST,
        "hits": shown,
        "results": results,
        "groups": groups,
        "others": [each for each in wanted.classifiers if each not in boxes],  # stay chosen, and can be taken back
        "meant": _meant(wanted, results),
        "page": number,
        "first": (number - 1) * PAGE + 1,
        "more": results.total > number * PAGE,
    }
    return render(request, "discovery/search.html", context)


def _meant(wanted: Search, results: Results) -> list[str]:
    return meant(wanted.text) if wanted.text and not results.total else []


@require_safe
@for_programs
def as_json(request: HttpRequest) -> HttpResponse:
    """Answer the same for programs."""
    wanted, number, results, shown = _found(request)
    known = classes.known()
    told = {
        "query": wanted.text,
        "total": results.total,
        "more": results.more,
        "page": number,
        "pages": max(1, -(-results.total // PAGE)),
        "results": [_told(hit) for hit in shown],
        "classifiers": {known[key]: count for key, count in results.counts.most_common() if key in known},
        "did_you_mean": _meant(wanted, results),
    }
    return JsonResponse(told)


def _told(hit: Hit) -> dict[str, object]:
    url = current.settings().url + reverse("project", kwargs={"name": hit.normalized_name})
    released = hit.released_at.isoformat() if hit.version else None
    version = hit.version or None
    return {"name": hit.name, "version": version, "summary": hit.summary, "released": released, "url": url}


@require_safe
def open_search(request: HttpRequest) -> HttpResponse:
    """Tell browsers how to search here (OpenSearch 1.1)."""
    context = {"short_name": current.settings().site_name[:_SHORT_NAME]}
    kind = "application/opensearchdescription+xml"
    reply = render(request, "discovery/opensearch.xml", context, content_type=f"{kind}; charset=utf-8")
    reply["Cache-Control"] = f"max-age={_DAY}, public"
    return reply


@require_safe
def classifiers(request: HttpRequest) -> HttpResponse:
    """List every classifier, or those that hold the words that were typed, each leading to its projects."""
    typed = request.GET.get("q", "").strip()[:200]
    return render(request, "discovery/classifiers.html", {"typed": typed, "groups": facets.catalogue(typed)})
