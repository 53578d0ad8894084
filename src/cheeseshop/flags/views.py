# SPDX-License-Identifier: Apache-2.0
"""The page that says how the index is."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cheeseshop.flags.names import MESSAGES
from cheeseshop.flags.queries import changes, health
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
