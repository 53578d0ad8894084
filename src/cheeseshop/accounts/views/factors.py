# SPDX-License-Identifier: Apache-2.0
"""Second factors: application, devices, recovery codes."""

from typing import Any

from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal import flows as totp_flows
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cheeseshop.accounts import history, limits
from cheeseshop.accounts.adapter import MFAAdapter
from cheeseshop.accounts.forms import ConfirmCodes
from cheeseshop.accounts.gate import codes_confirmed
from cheeseshop.accounts.views.entrance import LimitedForm
from cheeseshop.accounts.views.settings import me
from cheeseshop.core.clock import now


class Methods(mfa.IndexView):  # type: ignore[misc]
    """The methods of an account, and what is missing."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the page advises."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        found = context["authenticators"]
        devices = found.get(Authenticator.Type.WEBAUTHN, [])
        context["application"] = found.get(Authenticator.Type.TOTP)
        context["devices"] = devices
        context["codes"] = found.get(Authenticator.Type.RECOVERY_CODES)
        context["confirmed"] = codes_confirmed(me(self.request))
        context["count"] = len(devices) + bool(context["application"])
        return context


class SetUpApplication(LimitedForm, totp.ActivateTOTPView):  # type: ignore[misc]
    """Set up an authentication application."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make it count, and keep the moment of its first code."""
        made, codes = totp_flows.activate_totp(self.request, form)
        form.note_step(made)
        self.did_generate_recovery_codes = bool(codes)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        """Go to the recovery codes, if none were made before."""
        return _after_adding(self.did_generate_recovery_codes)


class RemoveApplication(totp.DeactivateTOTPView):  # type: ignore[misc]
    """Remove the authentication application."""


class AddDevice(webauthn.AddWebAuthnView):  # type: ignore[misc]
    """Add a security device."""

    def get_success_url(self) -> str:
        """Go to the recovery codes, if none were made before."""
        return _after_adding(self.did_generate_recovery_codes)


def _after_adding(made_codes: bool) -> str:  # noqa: FBT001 - allauth's flag
    return str(reverse_lazy("mfa_view_recovery_codes" if made_codes else "mfa_index"))


class RemoveDevice(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a security device, unless it is the last method."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Refuse the last one."""
        adapter = MFAAdapter()
        with transaction.atomic():
            me(self.request).__class__.objects.select_for_update().get(pk=me(self.request).pk)
            if not adapter.can_delete_authenticator(self.get_object()):
                messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
                return redirect("mfa_index")
            return super().form_valid(form)  # type: ignore[no-any-return]


class RenameDevice(webauthn.EditWebAuthnView):  # type: ignore[misc]
    """Rename a security device."""

    success_url = reverse_lazy("mfa_index")


@require_POST
def make_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes; the old ones are gone."""
    if not Authenticator.objects.filter(user=me(request)).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        messages.error(request, gettext("Set up a second factor first."))
        return redirect("mfa_index")
    generate_recovery_codes(request)
    return redirect("mfa_view_recovery_codes")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_codes(request: HttpRequest) -> HttpResponse:
    """Have one code typed: it is used up, and shows that the codes were kept."""
    user = me(request)
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is None or codes_confirmed(user):
        return redirect("mfa_index")
    form = ConfirmCodes(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "mfa/confirm_codes.html", {"form": form})
    try:
        spent = limits.spend(request, "second_factor", str(user.pk), gettext("Too many wrong codes."))
    except limits.TooMany as error:
        form.add_error("code", error)
        return limits.answer(render(request, "mfa/confirm_codes.html", {"form": form}), error)
    if not codes.wrap().validate_code(form.cleaned_data["code"]):
        form.add_error("code", gettext("This is not one of your newest recovery codes."))
        return render(request, "mfa/confirm_codes.html", {"form": form})
    codes.refresh_from_db()
    codes.data["confirmed_at"] = now().isoformat()
    codes.save(update_fields=["data"])
    spent.rollback()
    history.record(user, "account:recovery_codes:confirmed", request)
    messages.success(request, gettext("Your recovery codes work. Keep the other seven where you find them."))
    return redirect("account")
