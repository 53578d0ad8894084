# SPDX-License-Identifier: Apache-2.0
"""The issuers that administrators declare."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from cheeseshop.accounts.views.settings import me
from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.fetching import FetchFailed
from cheeseshop.publishers.flows.declare import Declaration, declare_issuer, forget_issuer, switch_issuer
from cheeseshop.publishers.forms import IssuerForm
from cheeseshop.publishers.issuers import built_in, why_off
from cheeseshop.publishers.keys import fetch_keys
from cheeseshop.publishers.models import Issuer
from cheeseshop.publishers.providers.presets import PRESETS


@require_http_methods(["GET", "HEAD", "POST"])
def issuers(request: HttpRequest) -> HttpResponse:
    """List the issuers that are trusted; declare one, switch one off, forget one. Administrators only."""
    user = me(request)
    if not user.is_superuser:
        raise PermissionDenied
    form = IssuerForm(initial=_preset(request.GET.get("preset", "")))
    if request.method == "POST":
        if _pressed(request):
            return redirect("issuers")
        form = IssuerForm(request.POST)
        if form.is_valid() and _declared(request, form):
            return redirect("issuers")
    context = {
        "form": form,
        "built_in": [(each, why_off(each)) for each in built_in()],
        "declared": Issuer.objects.order_by("name"),
        "presets": [(key, told["name"]) for key, told in PRESETS.items()],
        "reason": why_off(),
    }
    return render(request, "publishers/issuers.html", context)


def _preset(key: str) -> dict[str, str]:
    told = PRESETS.get(key)
    if told is None:
        return {"provider": "gitlab" if key == "gitlab" else "declared"}
    template = json.dumps(told["template"], indent=2)
    return {"key": key, "name": told["name"], "url": told["issuer"], "provider": "declared", "template": template}


def _declared(request: HttpRequest, form: IssuerForm) -> bool:
    told = form.cleaned_data
    wanted = Declaration(told["key"], told["name"], told["url"], told["provider"], told["template"])
    try:
        made = declare_issuer(wanted, me(request).username)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, gettext("%(name)s is trusted.") % {"name": made.name})
    _ask(request, made)
    return True


def _ask(request: HttpRequest, issuer: Issuer) -> None:
    try:
        found = fetch_keys(issuer.url)
        messages.success(
            request, ngettext("It answers, with %d key.", "It answers, with %d keys.", len(found)) % len(found)
        )
    except FetchFailed as error:
        messages.warning(request, gettext("Its keys can't be had yet: %(error)s.") % {"error": error})


def _pressed(request: HttpRequest) -> bool:
    """Do what a button beside an issuer says. Returns whether one was pressed."""
    try:
        for button, enabled in (("enable", True), ("disable", False)):
            if button in request.POST:
                found = switch_issuer(request.POST[button], enabled=enabled)
                said = gettext("%(name)s is switched on.") if enabled else gettext("%(name)s is switched off.")
                messages.success(request, said % {"name": found.name})
                return True
        if "forget" in request.POST:
            messages.success(
                request, gettext("%(name)s is trusted no more.") % {"name": forget_issuer(request.POST["forget"])}
            )
            return True
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return True
    return False
