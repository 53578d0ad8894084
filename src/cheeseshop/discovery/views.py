# SPDX-License-Identifier: Apache-2.0
"""The page of results."""

import logging
import re
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cheeseshop.accounts.limits import TooMany, answer, spend
from cheeseshop.core.errors import Missing
from cheeseshop.discovery import facets
from cheeseshop.discovery.asked import LONGEST
from cheeseshop.discovery.searching import (
    MOST_CLASSIFIERS,
    NEWEST,
    ORDERS,
    PAGE,
    Search,
    meant,
    page_of,
    search,
)
from cheeseshop.web.errors import error_page, unavailable

log = logging.getLogger(__name__)

_MOST_DIGITS = 6
_LONGEST_CLASSIFIER = 300


class TooLong(Exception):  # noqa: N818 - a state
    """The question is longer than is answered."""


View = Callable[[HttpRequest], HttpResponse]


def explained(view: View) -> View:
    """Answer with a page what a search refuses: too long, too often, or no answer from the database."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            spend(request, "search", "", "You have searched very often.")
            return view(request)
        except TooMany as error:
            reason = f"This index answers a few searches a second to one address. Try again in {error.seconds} seconds."
            return answer(error_page(request, 429, "That was too much at once", reason), error)
        except TooLong:
            reason = f"Search for at most {LONGEST} characters."
            return error_page(request, 413, "That is too much to look for", reason)
        except DatabaseError:
            log.exception("a search failed")
            return unavailable(request)

    return answered


def wanted_of(request: HttpRequest) -> Search:
    """Read what is searched for.

    Raises:
        TooLong: when the question is too long.
        BadRequest: when there are too many classifiers.
    """
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST:
        raise TooLong
    chosen = tuple(dict.fromkeys(each for each in request.GET.getlist("c") if each))
    if len(chosen) > MOST_CLASSIFIERS or any(len(each) > _LONGEST_CLASSIFIER for each in chosen):
        raise BadRequest(f"Narrow a search by at most {MOST_CLASSIFIERS} classifiers.")
    order = request.GET.get("o", "")
    return Search(text, chosen, order if order in ORDERS else "")


def page_number(request: HttpRequest) -> int:
    """Read the number of a page.

    Raises:
        BadRequest: when it is no whole number.
        Http404: when no search has so many pages.
    """
    text = request.GET.get("page", "1")
    if not re.fullmatch("[0-9]+", text):
        raise BadRequest("The number of a page must be a whole number.")
    if len(text) > _MOST_DIGITS or int(text) == 0:
        raise Http404("There is no such page.")
    return int(text)


@require_safe
@explained
def page(request: HttpRequest) -> HttpResponse:
    """List projects that hold the words that were typed, by how well they match or by date."""
    wanted = wanted_of(request)
    number = page_number(request)
    results = search(wanted)
    try:
        shown = page_of(results, number)
    except Missing as error:
        raise Http404(error.message) from error
    groups = facets.groups(results.counts, wanted.classifiers)
    context = {
        "term": wanted.text,
        "wanted": wanted,
        "newest": wanted.order == NEWEST,
        "hits": shown,
        "results": results,
        "groups": groups,
        "others": _others(wanted, groups),
        "meant": meant(wanted.text) if not results.total and wanted.text else [],
        "page": number,
        "first": (number - 1) * PAGE + 1,
        "more": len(results.places) > number * PAGE,
    }
    return render(request, "discovery/search.html", context)


def _others(wanted: Search, groups: list[facets.Group]) -> list[str]:
    """Return the chosen classifiers that no box stands for, so that they stay chosen and can be taken back."""
    boxes = {branch.classifier for group in groups for branch in group.branches}
    return [each for each in wanted.classifiers if each not in boxes]
