# SPDX-License-Identifier: Apache-2.0
"""The service accounts of an organisation, and their tokens."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from cheeseshop.access.ownership import roles_of
from cheeseshop.access.permissions import OrganizationAction
from cheeseshop.accounts.models import User
from cheeseshop.core.errors import Refusal
from cheeseshop.organizations import queries
from cheeseshop.organizations.flows import service_accounts as flows
from cheeseshop.organizations.flows import service_tokens
from cheeseshop.organizations.forms import NewServiceAccount, Typed
from cheeseshop.organizations.models import Organization, TeamMember
from cheeseshop.organizations.views.common import BOTH, carry_out, organization_of, shell
from cheeseshop.tokens.forms import NewToken
from cheeseshop.tokens.models import Token
from cheeseshop.tokens.views import asked, examples

_TAB = "organization-service-accounts"


@require_http_methods(BOTH)
def accounts(request: HttpRequest, name: str) -> HttpResponse:
    """List the service accounts; make one."""
    found, user = organization_of(request, name, OrganizationAction.SERVICE_ACCOUNTS, to_see=True)
    form = NewServiceAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = flows.create_service_account(found.pk, told["name"], told["purpose"], user)
        except Refusal as error:
            form.add_error("name", error.message)
        else:
            return redirect("service-account", name=found.name, account=made.pk)
    context = {"form": form, "accounts": queries.service_accounts(found)}
    return render(request, "organizations/service_accounts.html", shell(request, found, _TAB) | context)


def _account(request: HttpRequest, name: str, account: UUID) -> tuple[Organization, User, User]:
    found, user = organization_of(request, name, OrganizationAction.SERVICE_ACCOUNTS, to_see=True)
    owned = User.objects.filter(pk=account, service_of=found, deleted_at=None).first()
    if owned is None:
        raise Http404(gettext("%(name)s has no such service account.") % {"name": found.name})
    return found, owned, user


@require_http_methods(BOTH)
def account(request: HttpRequest, name: str, account: UUID) -> HttpResponse:
    """Show a service account with its tokens; suspend it, let it go on, or remove it."""
    found, owned, user = _account(request, name, account)
    remove = Typed(owned.username, _("Type %(name)s to remove it"), request.POST if "delete" in request.POST else None)
    if "suspend" in request.POST or "resume" in request.POST:
        stop = "suspend" in request.POST
        said = (
            gettext("%(username)s is suspended: its tokens do not work.")
            if stop
            else gettext("%(username)s is active: its tokens work.")
        )
        carry_out(
            request, lambda: flows.suspend(found.pk, account, user, suspended=stop), said % {"username": owned.username}
        )
        return redirect("service-account", name=found.name, account=account)
    if "delete" in request.POST and remove.is_valid():
        carry_out(
            request,
            lambda: flows.remove_service_account(found.pk, account, user),
            gettext("%(username)s is removed.") % {"username": owned.username},
        )
        return redirect("organization-service-accounts", name=found.name)
    context = {
        "account": owned,
        "remove": remove,
        "tokens": Token.objects.filter(user=owned).order_by("-created_at"),
        "teams": TeamMember.objects.filter(user=owned).select_related("team"),
        "projects": roles_of(owned.pk),
    }
    return render(request, "organizations/service_account.html", shell(request, found, _TAB) | context)


@require_http_methods(BOTH)
def new_token(request: HttpRequest, name: str, account: UUID) -> HttpResponse:
    """Make a token of a service account, and show it: this once, in the answer to the form."""
    found, owned, user = _account(request, name, account)
    form = NewToken(owned, request.POST or None)
    context = shell(request, found, _TAB) | {"account": owned, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "organizations/new_token.html", context)
    try:
        text = service_tokens.make_token(found.pk, asked(owned, form.cleaned_data), user, request)
    except Refusal as error:
        form.add_error("description", error.message)
        return render(request, "organizations/new_token.html", context, status=HTTPStatus.CONFLICT)
    return render(request, "organizations/token_made.html", context | {"token": text, **examples(text)})


@require_http_methods(BOTH)
def remove_token(request: HttpRequest, name: str, account: UUID, token: UUID) -> HttpResponse:
    """Revoke a token of a service account, after a question."""
    found, owned, user = _account(request, name, account)
    shown = Token.objects.filter(user=owned, pk=token).first()
    if shown is None:
        raise Http404(gettext("There is no such token; it may be revoked already."))
    if request.method != "POST":
        context = {"account": owned, "token": shown}
        return render(request, "organizations/remove_token.html", shell(request, found, _TAB) | context)
    carry_out(
        request,
        lambda: service_tokens.revoke(found.pk, service_tokens.Revocation(owned, token), user, request),
        gettext("The token %(description)s is revoked.") % {"description": shown.description},
    )
    return redirect("service-account", name=found.name, account=account)
