# SPDX-License-Identifier: Apache-2.0
"""People who use the site by its forms, inside the process."""

import re
import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.notify.models import Mail
from tests.support.factories import make_user

PASSWORD = "a long password"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SECRET = generate_totp_secret()


def code_at(offset: int = 0, secret: str = SECRET) -> str:
    """The code of the application, some steps from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset))


def with_application(user: User) -> Authenticator:
    """Give somebody an authentication application."""
    return TOTP.activate(user, SECRET).instance


def with_codes(user: User, *, confirmed: bool = True) -> list[str]:
    """Give somebody recovery codes, and return them."""
    codes = RecoveryCodes.activate(user)
    if confirmed:
        codes.instance.data["confirmed_at"] = "2026-01-01T00:00:00+00:00"
        codes.instance.save()
    return codes.generate_codes()


class Visitor(Client):
    """A browser with its cookies, from an address of its own."""

    def __init__(self, address: str = "192.0.2.1", *, checks_csrf: bool = False) -> None:
        super().__init__(enforce_csrf_checks=checks_csrf, REMOTE_ADDR=address, HTTP_USER_AGENT=AGENT)

    def log_in(self, name: str, password: str = PASSWORD, **more: Any) -> Any:
        return self.post("/account/login/", {"login": name, "password": password, **more})

    @property
    def inside(self) -> bool:
        return "_auth_user_id" in self.session


def member(name: str = "alice") -> tuple[User, Visitor]:
    """Somebody with everything set up, logged in by application from a browser that is known."""
    user = make_user(name)
    with_application(user)
    with_codes(user)
    visitor = Visitor()
    visitor.log_in(name)
    visitor.post("/account/two-factor/", {"code": code_at(-1)})
    if not Mail.objects.filter(recipient=user.email, kind="new-device").exists():  # the code grew too old on the way
        visitor.post("/account/two-factor/", {"code": code_at(-1)})
    visitor.get(link_in(newest_mail(user.email, "new-device")))
    visitor.post("/account/two-factor/remember/", {"action": "none"})
    assert visitor.inside
    Mail.objects.all().delete()
    return user, visitor


def insider(name: str) -> tuple[User, Visitor]:
    """As ``member``, but put into the session instead of through the log-in, which takes long."""
    user = make_user(name)
    with_application(user)
    with_codes(user)
    visitor = Visitor()
    enter(user, visitor)
    return user, visitor


def enter(user: User, visitor: Visitor) -> None:
    """Put somebody into a session, just confirmed."""
    visitor.force_login(user, backend="cheeseshop.accounts.backend.OnlyWhoMayAct")
    session = visitor.session
    record = {"method": "password", "at": time.time(), "username": user.username, "reauthenticated": True}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def newest_mail(to: str, kind: str) -> Mail:
    """The newest mail of a kind that waits for delivery."""
    return Mail.objects.filter(recipient=to, kind=kind).latest("id")


def link_in(mail: Mail) -> str:
    """The path and query of the first link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert found is not None, mail.text
    return found.group(1)


def forget_limits() -> None:
    cache.clear()


def decrypted(text: str) -> str:
    return str(get_adapter().decrypt(text))
