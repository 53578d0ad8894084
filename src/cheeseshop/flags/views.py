# SPDX-License-Identifier: Apache-2.0
"""The page that says how the index is, and the one on which administrators put banners up."""

from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.site_roles import SiteAction, may_on_site
from cheeseshop.accounts.views.settings import administrator
from cheeseshop.core.errors import Refusal
from cheeseshop.flags import flows
from cheeseshop.flags.forms import PutUp
from cheeseshop.flags.models import Banner
from cheeseshop.flags.names import MESSAGES
from cheeseshop.flags.queries import banner_changes, changes, every_banner, health
from cheeseshop.flags.state import all_on


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Say what works, what is switched off and why; the same as JSON where it is asked for."""
    on = [(switch.value, MESSAGES[switch], turned.note) for switch, turned in all_on().items()]
    try:
        found, turned = health(), changes()
    except DatabaseError:
        found, turned = None, []
    if "json" in request.headers.get("accept", "") or request.GET.get("format") == "json":
        told: dict[str, Any] = {
            "database": found is not None,
            "serial": found.serial if found else None,
            "changed": found.changed_at.isoformat() if found and found.changed_at else None,
            "waiting": found.waiting if found else None,
            "switched_off": [{"flag": name, "message": message, "note": note} for name, message, note in on],
        }
        reply: HttpResponse = JsonResponse(told)
    else:
        reply = render(request, "flags/status.html", {"on": on, "health": found, "changes": turned})
    reply["Cache-Control"] = "no-cache"
    reply["Vary"] = "Accept"
    return reply


@require_http_methods(["GET", "HEAD", "POST"])
def banners(request: HttpRequest) -> HttpResponse:
    """Show administrators the banners; put one up, look at it first, or take one down."""
    user = administrator(request, SiteAction.BANNERS)
    form, preview = PutUp(), None
    if request.method == "POST" and "down" in request.POST:
        _take_down(request, request.POST["down"], user.username)
        return redirect("banners")
    if request.method == "POST":
        form = PutUp(request.POST)
        try:
            if form.is_valid():
                preview = _previewed_or_up(request, form, user.username)
                if preview is None:
                    return redirect("banners")
        except Refusal as error:
            form.add_error(None, error.message)
    context = {"form": form, "preview": preview, "rows": every_banner(), "changes": banner_changes()}
    more = {"writes": may_on_site(user, SiteAction.BANNERS)}
    return render(request, "flags/banners.html", context | more)


def _previewed_or_up(request: HttpRequest, form: PutUp, by: str) -> Banner | None:
    """Return the banner that a preview asks for, or put it up.

    Raises:
        Refusal: when it can't be put up.
    """
    if "preview" in request.POST:
        flows.check_banner(form.wanted)
        return flows.as_banner(form.wanted)
    flows.put_up(form.wanted, by)
    messages.success(request, gettext("The banner is up."))
    return None


def _take_down(request: HttpRequest, number: str, by: str) -> None:
    try:
        flows.take_down(int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0, by)  # noqa: PLR2004 - digits
        messages.success(request, gettext("The banner is down."))
    except Refusal as error:
        messages.error(request, error.message)
