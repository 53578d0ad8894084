# SPDX-License-Identifier: Apache-2.0
"""What crawlers, researchers and other programs look for at well-known addresses."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.feeds import queries
from cheeseshop.notices.catalogue import BY_KEY
from cheeseshop.notices.state import has_something, shown_pieces

SITE_MAP_SIZE = 20_000
"""How many projects one site map lists; the protocol allows 50,000."""

_PAGES = ("home", "help", "announcements", "status", "stats", "human-site-map")
_SITE_MAP_XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_HOUR, _DAY = 3600, 86400
_VALID = timedelta(days=180)  # RFC 9116 wants less than a year
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def _kept(reply: HttpResponse, seconds: int) -> HttpResponse:
    reply["Cache-Control"] = f"max-age={seconds}, public"
    return reply


def _xml(kind: str, entries: list[str]) -> HttpResponse:
    within = "".join(entries)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<{kind} xmlns="{_SITE_MAP_XMLNS}">{within}</{kind}>\n'
    return _kept(HttpResponse(text, content_type="text/xml; charset=utf-8"), _HOUR)


def _entry(kind: str, path: str) -> str:
    return f"\n<{kind}><loc>{escape(current.settings().url + path)}</loc></{kind}>"


@require_safe
@conditional_page
def site_map_index(_request: HttpRequest) -> HttpResponse:
    """List the site maps: the first one's pages are the site's own, further ones hold projects."""
    count = len(queries.site_map_starts(SITE_MAP_SIZE)) + 1
    return _xml("sitemapindex", [_entry("sitemap", reverse("site-map", kwargs={"bucket": n})) for n in range(count)])


@require_safe
@conditional_page
def site_map(_request: HttpRequest, bucket: int) -> HttpResponse:
    """List the addresses of one bucket."""
    if bucket == 0:
        own = (*_PAGES, *(piece.view_name for piece in shown_pieces()))
        return _xml("urlset", [_entry("url", reverse(name)) for name in own])
    starts = queries.site_map_starts(SITE_MAP_SIZE)
    if bucket > len(starts):
        raise Http404("There is no such site map.")
    names = queries.site_map_page(starts[bucket - 1], SITE_MAP_SIZE)
    return _xml("urlset", [_entry("url", reverse("project", kwargs={"name": name})) for name in names])


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep crawlers off the machine's addresses, and off everything where the site is not at its own address."""
    site = current.settings()
    if urlsplit(f"//{request.get_host()}").hostname != site.host:
        return _kept(HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain"), _DAY)
    kept_off = "".join(
        f"Disallow: /{place}/\n" for place in ("simple", "packages", "account", "manage", "admin", "search")
    )
    text = f"Sitemap: {site.url}{reverse('site-map-index')}\n\nUser-agent: *\n{kept_off}"
    return _kept(HttpResponse(text, content_type="text/plain"), _DAY)


@require_safe
def security_text(_request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a hole in this index (RFC 9116)."""
    site = current.settings()
    contact = site.security_contact or site.contact
    if _ADDRESS.fullmatch(contact):
        contact = f"mailto:{contact}"
    elif not contact.startswith(("https://", "mailto:", "tel:")):
        contact = site.url + reverse("help")
    expires = (now() + _VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    text = (
        f"Contact: {contact}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\nPreferred-Languages: en\n"
        f"Canonical: {site.url}{reverse('security-text')}\nPolicy: {site.url}{_policy()}\n"
    )
    return _kept(HttpResponse(text, content_type="text/plain; charset=utf-8"), _DAY)


def _policy() -> str:
    return reverse("text-security" if has_something(BY_KEY["security"]) else "help")


@require_safe
def funding_manifests(_request: HttpRequest) -> HttpResponse:
    """List the funding manifests (fundingjson.org) of who runs this index."""
    addresses = current.settings().funding_manifests.split()
    if not addresses:
        raise Http404("This index has no funding manifest.")
    return _kept(HttpResponse("\n".join(addresses) + "\n", content_type="text/plain; charset=utf-8"), _DAY)


@require_safe
def humans(_request: HttpRequest) -> HttpResponse:
    """Say who runs this index (humanstxt.org)."""
    site = current.settings()
    runs = site.operator or site.contact
    text = f"/* TEAM */\nRun by: {runs}\n\n/* SITE */\nName: {site.site_name}\nSoftware: Cheeseshop\n"
    return _kept(HttpResponse(text, content_type="text/plain; charset=utf-8"), _DAY)
