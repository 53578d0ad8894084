# SPDX-License-Identifier: Apache-2.0
"""Reports of leaked tokens: by partners, signed, and by administrators, pasted."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts.views.settings import administrator
from cheeseshop.core.errors import Refusal
from cheeseshop.leaks.flows import Place, revoke_in_text
from cheeseshop.leaks.forms import PastedText
from cheeseshop.leaks.partners import check_signature, partner_of, reports_in
from cheeseshop.leaks.queries import token_texts


@csrf_exempt
@require_POST
def disclose_token(request: HttpRequest) -> HttpResponse:
    """Take a partner's reports: 204 whatever was found in them, so that the answer tells nobody which tokens exist."""
    partner = partner_of(request.headers)
    if partner is None:
        return JsonResponse({"message": "No partner is known by these headers."}, status=HTTPStatus.NOT_FOUND)
    try:
        check_signature(partner, request.headers, request.body)
        reports = reports_in(request.body)
    except Refusal as refusal:
        return JsonResponse({"message": refusal.message}, status=refusal.status)
    for report in reports:
        revoke_in_text(report.token, Place(report.url, partner.name))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """Revoke the tokens in what an administrator pastes, and say whose they were."""
    user = administrator(request, SiteAction.TOKENS)
    form = PastedText(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "leaks/paste.html", {"form": form})
    text, where = form.cleaned_data["text"], form.cleaned_data["where"]
    revoked = revoke_in_text(text, Place(where, f"{user.username}, an administrator"))
    context = {"revoked": revoked, "dead": len(token_texts(text)) - len(revoked)}
    return render(request, "leaks/paste.html", {"form": PastedText(), "done": True, **context})
