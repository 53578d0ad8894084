# SPDX-License-Identifier: Apache-2.0
"""The help page, and the map of the site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cheeseshop.help.figures import figures
from cheeseshop.help.links import links
from cheeseshop.help.topics import GROUPS


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Answer every question on one page, so that a link to any of them works without JavaScript."""
    return render(request, "help/page.html", {"groups": GROUPS} | figures() | links())


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Show people where everything is."""
    return render(request, "help/site_map.html", {"groups": GROUPS})
