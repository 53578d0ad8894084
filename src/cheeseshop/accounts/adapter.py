# SPDX-License-Identifier: Apache-2.0
"""Where allauth asks the site: who may register, what mails say, how limits and factors behave."""

import base64
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationHMAC
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.contrib.auth import logout
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cheeseshop.accounts import history, limits, names
from cheeseshop.accounts.breached import is_breached
from cheeseshop.accounts.flows.passwords import disable_password
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.core import current
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on
from cheeseshop.notify.flows import send

_KEY_MATERIAL = b"cheeseshop two-factor secrets"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts as the site wants them. See ``docs/concepts/accounts.md``."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether people may register."""
        settings = current.settings()
        return settings.password_login and not is_on(Switch.READ_ONLY, Switch.NO_USERS)

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002 - allauth's
        """Check a name that a person wants to register."""
        username = super().clean_username(username, shallow=True)
        if not shallow:
            names.check_username(username)
        return username

    def clean_email(self, email: str) -> str:
        """Check an address that a person enters."""
        names.check_address(email)
        return email

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address of the client; the connection's, where the proxies in front say nothing usable."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            return str(request.META.get("REMOTE_ADDR", ""))

    def is_safe_url(self, url: str) -> bool:
        """Tell whether to send somebody to ``url`` after a form: only to this site."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try before the password is looked at, so that a burst costs no hashing.

        Raises:
            TooMany: saying when the next try counts.
        """
        if not current.settings().password_login:
            raise self.validation_error("username_password_mismatch")
        name = str(credentials.get("username", "")).lower()
        try:
            self._login_failed_rl_usage = limits.spend_log_in(request, name)
        except limits.TooMany:
            self._note_limited(request, name)
            raise

    def _note_limited(self, request: HttpRequest, name: str) -> None:
        """Write one event a minute, so that the history tells of a burst and is not filled by it."""
        user = user_named(name)
        once = ratelimit.consume(request, app=limits.APP, action="limited_event", key=name)
        if user is not None and once:
            history.record(user, "account:login:limited", request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check a password, and disable it when it is right but known from a breach."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            self._disable_if_breached(user, str(credentials["password"]), request)
        return user

    def _disable_if_breached(self, user: User, password: str, request: HttpRequest) -> None:
        if is_breached(password):
            disable_password(user, request)
            raise self.validation_error("breached")

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check the password of who is logged in, under a limit of their own.

        A burst of log-ins against the account by others must not keep its owner from confirming.

        Raises:
            TooMany: saying when the next try counts.
        """
        request = context.request
        spent = limits.spend(request, "reauthenticate_failed", str(user.pk), gettext("Too many wrong passwords."))
        if not user.check_password(password):
            return False
        spent.rollback()
        self._disable_if_breached(user, password, request)
        return True

    def pre_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse | None:
        """Stop the log-in of a frozen or inactive account, or of a service account."""
        if not user.may_log_in:
            logout(request)
            return self.respond_user_inactive(request, user)  # type: ignore[no-any-return]
        return super().pre_login(request, user, **hooks)  # type: ignore[no-any-return]

    def get_login_stages(self) -> list[str]:
        """Add the confirmation of unrecognised devices after the second factor."""
        stages: list[str] = super().get_login_stages()
        after = stages.index("allauth.mfa.stages.AuthenticateStage") + 1
        return [*stages[:after], "cheeseshop.accounts.stages.ConfirmDeviceStage", *stages[after:]]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Ask for the password where there is one; a second factor only confirms where there is none."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        own = [m for m in methods if m["id"] == "reauthenticate"]
        return own if own and current.settings().password_login else methods

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the two mails that allauth composes itself. All others follow from events of the history."""
        user: User = context["user"]
        if template_prefix.startswith("account/email/email_confirmation"):
            told = {"link": context["activate_url"], "email": email, "username": user.username}
            send("verify-address", [email], told)
        elif template_prefix == "account/email/password_reset_key":
            told = {"link": context["password_reset_url"], "username": user.username}
            send("password-reset-request", [email], told)
        else:
            raise ValueError(f"no mail for {template_prefix}")

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC) -> str:
        """Return the link that verifies an address, at the site's one address."""
        return current.settings().url + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link that resets a password, at the site's one address."""
        return f"{current.settings().url}/account/reset-password/{quote(key)}/"


AccountAdapter.error_messages = {
    **DefaultAccountAdapter.error_messages,
    "username_password_mismatch": _("The username or the password is wrong. Log in with the username, not the e-mail."),
    "incorrect_password": _("The password is wrong."),
    "enter_current_password": _("The current password is wrong."),
    "duplicate_email": _("This address is on your account already."),
    "email_taken": _("This address belongs to another account."),
    "unverified_primary_email": _("Verify the address first; only then it can be the primary one."),
    "max_email_addresses": _("An account has at most %d e-mail addresses."),
    "breached": _(
        "This password appears in a security breach or has been compromised, so we disabled it. Reset your password "
        "to get back in; we have sent you a mail about it."
    ),
}


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors as the site wants them."""

    def get_totp_issuer(self) -> str:
        """Return the name an application shows beside its codes."""
        return current.settings().site_name

    def get_totp_label(self, user: User) -> str:
        """Return whose codes they are."""
        return user.username

    def encrypt(self, text: str) -> str:
        """Encrypt a secret, so that a copy of the database gives nobody a second factor."""
        return _fernet().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt what ``encrypt`` made."""
        return _fernet().decrypt(encrypted_text.encode("ascii")).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last method: without one the account could do nothing."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's
        """Propose a name for a device."""
        taken = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Security device %(number)s") % {"number": taken + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site that devices sign for: the host of its one address."""
        settings = current.settings()
        return {"id": settings.host, "name": settings.site_name}


MFAAdapter.error_messages = {
    **DefaultMFAAdapter.error_messages,
    "cannot_delete_authenticator": _("This is your last method: set up another one before you remove it."),
    "incorrect_code": _("The security device was not accepted. Try again; if it goes on, remove it and add it anew."),
    "unverified_email": _("Verify your e-mail address first."),
}


def _fernet() -> Fernet:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_KEY_MATERIAL)
    return Fernet(base64.urlsafe_b64encode(kdf.derive(current.secret_key().encode())))
