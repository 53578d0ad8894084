# SPDX-License-Identifier: Apache-2.0
"""What a person sets about their account: profile, addresses, password, sessions, history, deletion."""

import re
from http import HTTPStatus

from allauth.account import views as account
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions import views as sessions
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from cheeseshop.access.ownership import roles_of, solely_owned, solely_owned_organizations
from cheeseshop.access.site_roles import SiteAction, may_on_site
from cheeseshop.accounts import history, limits
from cheeseshop.accounts.flows.delete_account import delete_account
from cheeseshop.accounts.forms import Profile, TypeUsername
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.core.errors import Conflict

_EVENTS = 50
_SUGGESTIONS = 10


def me(request: HttpRequest) -> User:
    """Return who is logged in. The gate has let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101 - the gate's promise
    return request.user


def administrator(request: HttpRequest, action: SiteAction = SiteAction.MODERATE) -> User:
    """Return who is logged in, if they may read the pages of the site's keepers, or do ``action`` where they send.

    Raises:
        PermissionDenied: when they may not.
    """
    user = me(request)
    if not may_on_site(user, SiteAction.READ if request.method in {"GET", "HEAD"} else action):
        raise PermissionDenied
    return user


def page_number(request: HttpRequest) -> int:
    """Return the number of the page that is asked for; 1 for anything that is none."""
    text = request.GET.get("page", "")
    return int(text) if re.fullmatch("[1-9][0-9]{0,5}", text) else 1


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Show the account, and change the full name."""
    user = me(request)
    form = Profile(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Your profile is saved."))
        return redirect("account")
    context = {
        "form": form,
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
        "methods": Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).count(),
        "connected": SocialAccount.objects.filter(user=user).exists(),
        "tokens": user.tokens.order_by("created_at"),
        "projects": roles_of(user.pk),
        "events": shown(SecurityEvent.objects.filter(user=user).order_by("-at")[:5]),
    }
    return render(request, "account/overview.html", context)


def shown(events: object) -> list[tuple[SecurityEvent, str]]:
    """Return events with what they are called."""
    return [(e, str(history.KINDS[e.kind].text) if e.kind in history.KINDS else e.kind) for e in events]  # type: ignore[attr-defined]


@require_safe
def security_history(request: HttpRequest) -> HttpResponse:
    """Show what happened to the account, newest first."""
    rows = SecurityEvent.objects.filter(user=me(request)).order_by("-at", "-id")
    page = Paginator(rows, _EVENTS).get_page(request.GET.get("page"))
    context = {"events": shown(page.object_list), "page": page.number, "more": page.has_next()}
    return render(request, "account/history.html", context)


@require_safe
def unverified(request: HttpRequest) -> HttpResponse:
    """Say that the primary address must be verified first, and how."""
    primary = EmailAddress.objects.filter(user=me(request), primary=True).first()
    if primary is not None and primary.verified:
        return redirect("account")
    return render(request, "account/unverified.html", {"primary": primary})


class Addresses(account.EmailView):  # type: ignore[misc]
    """The e-mail addresses of an account."""

    def _action_send(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse | None:
        """Send the link again, three times in six hours at most."""
        try:
            limits.spend(
                request, "resend_verification", str(me(request).pk), gettext("The link was sent several times.")
            )
        except limits.TooMany as error:
            messages.error(request, error.messages[0])
            return None
        return super()._action_send(request, *args, **kwargs)  # type: ignore[no-any-return]


class Sessions(sessions.ListUserSessionsView):  # type: ignore[misc]
    """Where the person is logged in, and a way to end the others."""

    def form_valid(self, form: object) -> HttpResponse:
        """End the other sessions, and write it down."""
        history.record(me(self.request), "account:sessions:ended", self.request)
        return super().form_valid(form)  # type: ignore[no-any-return]


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Delete the account, after its name was typed."""
    user = me(request)
    form = TypeUsername(user, request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            delete_account(user, request)
        except Conflict as error:
            form.add_error(None, error.message)
            status = HTTPStatus.CONFLICT
        else:
            logout(request)
            messages.success(request, gettext("The account %(username)s was deleted.") % {"username": user.username})
            return redirect("home")
    context = {"form": form, "owned": solely_owned(user.pk), "organizations": solely_owned_organizations(user.pk)}
    return render(request, "account/delete.html", context, status=status)


@require_GET
def find_people(request: HttpRequest) -> JsonResponse:
    """Suggest usernames that begin with what was typed, to people who are logged in."""
    if not isinstance(request.user, User):
        return JsonResponse({"error": "Log in first."}, status=HTTPStatus.UNAUTHORIZED)
    typed = request.GET.get("username", "")
    if not typed or "\0" in typed:
        return JsonResponse({"error": "Say how the name begins: ?username=…"}, status=HTTPStatus.BAD_REQUEST)
    try:
        limits.spend(request, "find_people", str(request.user.pk), "Too many look-ups.")
    except limits.TooMany as error:
        return limits.answer(JsonResponse({"error": error.messages[0]}), error)
    found = (
        User.objects.alias(lower=Lower("username"))
        .filter(lower__startswith=typed.lower(), is_active=True, service_of=None)
        .order_by("lower")[:_SUGGESTIONS]
    )
    names = [user.username for user in found]
    return JsonResponse({"users": names}, status=HTTPStatus.OK if names else HTTPStatus.NOT_FOUND)
