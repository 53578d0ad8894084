# SPDX-License-Identifier: Apache-2.0
"""What administrators decide about applications for organisations."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts.views.settings import administrator
from cheeseshop.organizations.flows import applications as flows
from cheeseshop.organizations.forms import Decide
from cheeseshop.organizations.models import Application
from cheeseshop.organizations.views.common import BOTH, carry_out

_MOST = 100


def _administrator(request: HttpRequest) -> str:
    return administrator(request, SiteAction.ORGANIZATIONS).username


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the applications that wait, and those decided of late, to administrators."""
    _administrator(request)
    rows = Application.objects.select_related("applicant")
    context = {
        "waiting": rows.filter(state=Application.State.OPEN).order_by("submitted_at")[:_MOST],
        "decided": rows.exclude(state=Application.State.OPEN).order_by("-decided_at")[:_MOST],
    }
    return render(request, "organizations/queue.html", context)


@require_http_methods(BOTH)
def decide(request: HttpRequest, application: UUID) -> HttpResponse:
    """Show an application to an administrator, who approves or declines it."""
    administrator = _administrator(request)
    found = Application.objects.select_related("applicant").filter(pk=application).first()
    if found is None:
        raise Http404(gettext("There is no such application; it may be withdrawn."))
    form = Decide(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if "approve" in request.POST:
            flow, done = (
                (lambda: flows.approve(application, administrator)),
                gettext("%(name)s is approved.") % {"name": found.name},
            )
            ready = carry_out(request, flow, done)
        else:
            reason = form.cleaned_data["reason"]
            ready = carry_out(
                request,
                lambda: flows.decline(application, reason, administrator),
                gettext("%(name)s is declined.") % {"name": found.name},
            )
        if ready:
            return redirect("organization-applications")
        return redirect("decide-application", application=application)
    return render(request, "organizations/decide.html", {"application": found, "form": form})
