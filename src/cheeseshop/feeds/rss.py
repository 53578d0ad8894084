# SPDX-License-Identifier: Apache-2.0
"""RSS 2.0 feeds of releases and projects."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import getaddresses

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.views.decorators.http import conditional_page, require_safe

from cheeseshop.catalog.queries import project_named
from cheeseshop.core import current
from cheeseshop.core.errors import Missing
from cheeseshop.feeds import queries
from cheeseshop.feeds.queries import Item
from cheeseshop.notices.queries import IN_FEED
from cheeseshop.notices.queries import announcements as newest_announcements
from cheeseshop.notices.rendering import as_safe_html

UPDATES, PACKAGES, RELEASES = 100, 40, 40
"""How many items each feed holds."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Feed(Rss201rev2Feed):
    """A feed without items says that it changed when the epoch began, and not at each request."""

    def latest_post_date(self) -> datetime:
        """Return when the newest item was published."""
        dates = [item["pubdate"] for item in self.items]
        return max(dates, default=datetime(1970, 1, 1, tzinfo=UTC))


@require_safe
@conditional_page
def updates(_request: HttpRequest) -> HttpResponse:
    """Tell of the newest releases."""
    site = current.settings()
    feed = _feed(f"{site.site_name}: newest releases", "/", f"The newest releases on {site.site_name}.")
    for item in queries.newest_releases(UPDATES):
        _add(feed, f"{item.project} {item.version}", _release_path(item), item)
    return _answer(feed)


@require_safe
@conditional_page
def packages(_request: HttpRequest) -> HttpResponse:
    """Tell of the newest projects."""
    site = current.settings()
    feed = _feed(f"{site.site_name}: newest projects", "/", f"The newest projects on {site.site_name}.")
    for item in queries.newest_projects(PACKAGES):
        path = reverse("project", kwargs={"name": item.normalized_name})
        _add(feed, f"{item.project} added to {site.site_name}", path, item)
    return _answer(feed)


@require_safe
@conditional_page
def releases(_request: HttpRequest, name: str) -> HttpResponse:
    """Tell of a project's newest releases."""
    try:
        project = project_named(name)
    except Missing as error:
        raise Http404(error.message) from error
    site = current.settings()
    path = reverse("project", kwargs={"name": project.normalized_name})
    feed = _feed(f"{site.site_name}: releases of {project.name}", path, f"The newest releases of {project.name}.")
    for item in queries.releases_of(project, RELEASES):
        _add(feed, item.version, _release_path(item), item)
    return _answer(feed)


@require_safe
@conditional_page
def announcements(_request: HttpRequest) -> HttpResponse:
    """Tell of the newest announcements."""
    site = current.settings()
    path = reverse("announcements")
    feed = _feed(f"{site.site_name}: announcements", path, f"What everybody should know who uses {site.site_name}.")
    for each in newest_announcements(size=IN_FEED)[0]:
        link = site.url + reverse("announcement", kwargs={"pk": each.pk})
        feed.add_item(
            title=_NOT_XML.sub("", each.title),
            link=link,
            description=_NOT_XML.sub("", as_safe_html(each.text)),
            pubdate=each.published_at,
            updateddate=each.changed_at,
            unique_id=link,
        )
    return _answer(feed)


def _release_path(item: Item) -> str:
    return reverse("release", kwargs={"name": item.normalized_name, "version": item.version})


def _feed(title: str, path: str, description: str) -> _Feed:
    return _Feed(title=title, link=current.settings().url + path, description=description, language="en")


def _add(feed: _Feed, title: str, path: str, item: Item) -> None:
    link = current.settings().url + path
    feed.add_item(
        title=title,
        link=link,
        description=_NOT_XML.sub("", item.summary),
        author_email=authors([str(item.facts.get("author_email") or "")]),
        pubdate=item.at,
        unique_id=link,
    )


def authors(fields: Iterable[str]) -> str | None:
    """Return the addresses of an ``Author-email`` field, joined by commas; None unless each of them is one."""
    found = [address for _, address in getaddresses(list(fields)) if address]
    if not found or any("@" not in address for address in found):
        return None
    return _NOT_XML.sub("", ", ".join(found))


def _answer(feed: _Feed) -> HttpResponse:
    reply = HttpResponse(feed.writeString("utf-8"), content_type="text/xml; charset=utf-8")
    reply["Access-Control-Allow-Origin"] = "*"
    return reply
