# SPDX-License-Identifier: Apache-2.0
"""The site's statistics, and the data set that anybody may fetch."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from cheeseshop.core import current
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats import queries
from cheeseshop.stats.charts import breakdown, plot
from cheeseshop.stats.models import Kind
from cheeseshop.stats.raw.published import COLUMNS, Published, published
from cheeseshop.web.components import Tab

_PERIODS = (30, 90, 365)
_KINDS: dict[Kind, str | Promise] = {
    Kind.VERSION: gettext_lazy("version"),
    Kind.PYTHON: "Python",
    Kind.SYSTEM: gettext_lazy("system"),
    Kind.INSTALLER: gettext_lazy("installer"),
}
_SLICES = 10
_POPULAR = 20
_SHOWN_LARGEST = 20
_DAY = 24 * 3600
_PAGE = 100


def downloads_context(request: HttpRequest, project: UUID | None) -> dict[str, Any]:
    """Return what ``stats/downloads.html`` shows, of a project or of the whole site.

    Raises:
        Http404: when the address names another number of days than are offered.
    """
    days = request.GET.get("days", str(_PERIODS[0]))
    if days not in {str(each) for each in _PERIODS}:
        raise Http404(_("There are statistics of 30, 90 and 365 days."))
    kinds = [kind for kind in _KINDS if project is not None or kind != Kind.VERSION]
    found = {kind: queries.downloads_by(project, kind, int(days)) for kind in kinds}
    return {
        "days": int(days),
        "counting": current.settings().count_downloads,
        "periods": [Tab(f"?days={each}", _days(each), str(each) == days) for each in _PERIODS],
        "plot": plot(queries.downloads_by_day(project, int(days))),
        "breakdowns": [breakdown(str(_KINDS[kind]), counts, _SLICES) for kind, counts in found.items() if counts],
    }


def _days(number: int) -> str:
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """Show sizes and downloads of the whole index, to people and to programs."""
    reply = _as_json() if _wants_json(request) else _as_page(request)
    patch_vary_headers(reply, ["Accept"])
    return reply


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _as_json() -> HttpResponse:
    sizes = queries.sizes()
    told = {
        "total_packages_size": sizes.total,
        "top_packages": {name: {"size": size} for name, size in sizes.largest},
        "downloads": queries.site_downloads(),
    }
    reply = JsonResponse(told)
    patch_cache_control(reply, max_age=_DAY, public=True)
    return reply


def _as_page(request: HttpRequest) -> HttpResponse:
    sizes = queries.sizes()
    context = downloads_context(request, None) | {
        "sizes": queries.Sizes(sizes.total, sizes.largest[:_SHOWN_LARGEST]),
        "popular": queries.most_downloaded_public(_POPULAR),
        "published": current.settings().publish_downloads,
    }
    reply = render(request, "stats/site.html", context)
    if request.user.is_authenticated:  # the page shows who is logged in
        patch_cache_control(reply, private=True, no_cache=True)
    else:
        patch_cache_control(reply, max_age=_DAY, public=True)
    return reply


@require_safe
def data_set(request: HttpRequest) -> HttpResponse:
    """List the files of the data set and explain their columns, to people and to programs."""
    settings = current.settings()
    if not settings.publish_downloads:
        raise Http404(_("This index does not publish its downloads."))
    files = published(Places(settings.data / "stats"))
    if _wants_json(request):
        reply: HttpResponse = JsonResponse({"columns": COLUMNS, "files": [_told(each) for each in files]})
    else:
        reply = _data_page(request, files)
    patch_vary_headers(reply, ["Accept"])
    return reply


def _data_page(request: HttpRequest, files: list[Published]) -> HttpResponse:
    page = Paginator(files, _PAGE).get_page(request.GET.get("page"))
    newest = files[0].path if files else "/stats/downloads/2026-01-31.parquet"
    source = f"{current.settings().url}{newest}"
    context = {
        "files": page.object_list,
        "page": page.number,
        "more": page.has_next(),
        "headers": [_("Column"), _("Meaning")],
        "columns": list(COLUMNS.items()),
        "example": f"SELECT project, sum(downloads) FROM '{source}' GROUP BY project ORDER BY 2 DESC",  # noqa: S608 - for people to read
    }
    return render(request, "stats/data.html", context)


def _told(each: Published) -> dict[str, Any]:
    return {"day": str(each.day), "url": f"{current.settings().url}{each.path}", "size": each.size}
