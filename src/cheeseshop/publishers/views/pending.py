# SPDX-License-Identifier: Apache-2.0
"""A person's pending publishers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cheeseshop.accounts import limits
from cheeseshop.accounts.views.settings import me
from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.flows.pending import MOST, add_pending, remove_pending
from cheeseshop.publishers.flows.register import title_of
from cheeseshop.publishers.forms import PublisherForm
from cheeseshop.publishers.issuers import offered, why_off
from cheeseshop.publishers.models import PendingPublisher, Publisher
from cheeseshop.publishers.providers import provider_of
from cheeseshop.publishers.providers.base import IssuerFacts
from cheeseshop.web.components import Tab

TOO_MANY = _("You registered many publishers.")


def chosen(request: HttpRequest, issuers: list[IssuerFacts]) -> IssuerFacts | None:
    """Return the issuer whose form is shown: the one that was asked for, or the first."""
    asked = request.GET.get("issuer", "")
    return next((each for each in issuers if each.key == asked), issuers[0] if issuers else None)


def issuer_tabs(path: str, issuers: list[IssuerFacts], current: IssuerFacts | None) -> list[Tab]:
    """Return links to each issuer's form."""
    return [Tab(f"{path}?issuer={each.key}#add", each.name, each is current) for each in issuers]


@require_http_methods(["GET", "HEAD", "POST"])
def pending(request: HttpRequest) -> HttpResponse:
    """List a person's pending publishers; register one; take one back."""
    user, issuers = me(request), offered()
    issuer = chosen(request, issuers)
    form = PublisherForm(provider_of(issuer), for_new_project=True) if issuer else None
    if request.method == "POST":
        if "remove" in request.POST:
            return _remove(request)
        if issuer:
            form = PublisherForm(provider_of(issuer), request.POST, for_new_project=True)
            if form.is_valid() and _added(request, form):
                return redirect("pending-publishers")
    rows = PendingPublisher.objects.filter(user=user, organization_id=None).order_by("created_at")
    context = {
        "form": form,
        "issuer": issuer,
        "issuers": issuer_tabs(reverse("pending-publishers"), issuers, issuer),
        "pendings": [(row, title_of(Publisher(issuer=row.issuer, fields=row.fields, place=row.place))) for row in rows],
        "most": MOST,
        "reason": why_off(),
    }
    return render(request, "publishers/pending.html", context)


def _added(request: HttpRequest, form: PublisherForm) -> bool:
    asked = form.wanted
    if asked is None:
        return False
    user = me(request)
    try:
        limits.spend(request, "register_publisher", str(user.pk), TOO_MANY)
        made = add_pending(user, form.cleaned_data["project_name"], asked, request)
    except limits.TooMany as error:
        form.add_error(None, error)
        return False
    except Refusal as refusal:
        form.add_error("project_name", refusal.message)
        return False
    messages.success(
        request,
        gettext("%(name)s may create %(project_name)s until %(expires_at)s.")
        % {"name": asked.name, "project_name": made.project_name, "expires_at": f"{made.expires_at:%Y-%m-%d}"},
    )
    return True


def _remove(request: HttpRequest) -> HttpResponse:
    try:
        name = remove_pending(me(request), UUID(request.POST["remove"]), request)
        messages.success(request, gettext("The pending publisher of %(name)s is removed.") % {"name": name})
    except ValueError:
        messages.error(request, gettext("There is no such pending publisher."))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("pending-publishers")
