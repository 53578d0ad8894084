# SPDX-License-Identifier: Apache-2.0
"""Lists of the whole index: what is downloaded more than before, new projects, new releases.

They are paged by the last one that was shown, so that the thousandth page costs what the first does.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cheeseshop.catalog import queries
from cheeseshop.core import current
from cheeseshop.discovery.cards import Card, cards_of
from cheeseshop.stats.queries import Rising, rising
from cheeseshop.web.components import Tab

_PAGE = 50
_MOST_RISING = 100


def rising_cards(limit: int) -> list[tuple[Card, Rising]]:
    """Return the projects whose downloads rise most, with their figures."""
    found = rising(limit)
    cards = cards_of([each.project for each in found])
    return [(cards[each.project], each) for each in found if each.project in cards]


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """List the projects that are downloaded more than they were a week ago."""
    context = {"rising": rising_cards(_MOST_RISING), "counting": current.settings().count_downloads}
    return render(request, "web/trending.html", context | {"tabs": _tabs("trending")})


@require_safe
def newest_projects(request: HttpRequest) -> HttpResponse:
    """List projects, newest first."""
    found = queries.newest_projects(_PAGE + 1, _before(request))
    context = {"cards": cards_of(found[:_PAGE]).values(), "title": _("New projects"), "feed": "rss-packages"}
    return render(request, "web/newest.html", context | _further(request, found, "newest-projects"))


@require_safe
def newest_releases(request: HttpRequest) -> HttpResponse:
    """List releases, newest first."""
    found = queries.newest_releases(_PAGE + 1, _before(request))
    context = {"releases": found[:_PAGE], "title": _("New releases"), "feed": "rss-updates"}
    return render(request, "web/newest.html", context | _further(request, [row.pk for row in found], "newest-releases"))


def _before(request: HttpRequest) -> UUID | None:
    """Return where the page before this one ended.

    Raises:
        BadRequest: when the address names no identity.
    """
    text = request.GET.get("before", "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise BadRequest(_("A page of this list begins behind one that was shown; follow its links.")) from error


def _further(request: HttpRequest, found: list[UUID], current_tab: str) -> dict[str, Any]:
    last = found[_PAGE - 1] if len(found) > _PAGE else None
    return {"last": last, "is_later": "before" in request.GET, "tabs": _tabs(current_tab)}


def _tabs(shown: str) -> list[Tab]:
    names = {"trending": _("Trending"), "newest-projects": _("New projects"), "newest-releases": _("New releases")}
    return [Tab(reverse(view), text, view == shown) for view, text in names.items()]
