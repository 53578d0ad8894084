# SPDX-License-Identifier: Apache-2.0
"""Developers look at mails here."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cheeseshop.notify.previews import TOLD, kinds
from cheeseshop.notify.rendering import render_mail


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List every kind of mail, with its subject."""
    subjects = [(kind, render_mail(kind, TOLD).subject) for kind in kinds()]
    return render(request, "notify/previews.html", {"subjects": subjects})


@require_safe
def mail(request: HttpRequest, kind: str) -> HttpResponse:
    """Show one kind, as HTML, or as plain text with ``?form=text``."""
    if kind not in kinds():
        raise Http404(f"There is no mail of the kind {kind}.")
    rendered = render_mail(kind, TOLD)
    if request.GET.get("form") == "text":
        return HttpResponse(rendered.text, content_type="text/plain; charset=utf-8")
    return HttpResponse(rendered.html)
