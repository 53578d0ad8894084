# SPDX-License-Identifier: Apache-2.0
"""Registering: names, addresses, passwords, and what a new person may do."""

import pytest
from allauth.account.models import EmailAddress

from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedUsername, SecurityEvent, User
from cheeseshop.notify.models import Mail
from tests.support.actors import Visitor, forget_limits, link_in, newest_mail
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
GOOD = {
    "full_name": "A Person",
    "email": "person@example.org",
    "username": "person",
    "password1": "plum tractor seven lanterns",
    "password2": "plum tractor seven lanterns",
}


def register(visitor: Visitor | None = None, **changes: str) -> object:
    return (visitor or Visitor()).post("/account/register/", GOOD | changes)


def test_a_new_person_is_inside_and_led_to_the_mail() -> None:
    visitor = Visitor()
    reply = register(visitor)
    assert reply.status_code == 302  # type: ignore[attr-defined]
    user = User.objects.get()
    assert (user.username, user.full_name, user.email) == ("person", "A Person", "person@example.org")
    assert user.password.startswith("md5") or user.password.startswith("argon2")
    assert visitor.get("/manage/account/").headers["location"] == "/manage/unverified-account/"
    assert visitor.get("/manage/unverified-account/").status_code == 200
    assert {e.kind for e in SecurityEvent.objects.all()} == {"account:create", "account:login:success"}
    link = link_in(newest_mail("person@example.org", "verify-address"))
    assert visitor.get(link).status_code == 200  # looking does not verify: scanners of mail open links
    assert not EmailAddress.objects.get().verified
    assert visitor.post(link).status_code == 302
    assert EmailAddress.objects.get().verified
    assert visitor.get("/manage/account/").status_code == 200
    assert visitor.get("/manage/recoveries/").headers["location"] == "/manage/account/two-factor/"
    assert b"does not work any more" in visitor.get(link).content  # once


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "admin"},
        {"username": "ADMIN"},
        {"username": "banned"},
        {"username": "Alice"},
        {"username": "a" * 51},
        {"username": "-a"},
        {"username": "a b"},
        {"username": ""},
        {"username": "\u0430lice"},  # a Cyrillic letter
        {"username": "a\u202ebc"},
        {"username": "a\x00b"},
        {"username": "a\nb"},
        {"full_name": "x" * 101},
        {"full_name": "buy at https://example.com"},
        {"email": "nobody"},
        {"email": ""},
        {"email": "a@" + "b" * 250 + ".org"},
        {"email": "a@example.org\r\nBcc: b@example.org"},
        {"email": "a@mailinator.com"},
        {"email": "a@deep.mailinator.com"},
        {"email": "a@bad.example.net"},
        {"email": "ALICE@example.org"},
        {"password1": "password", "password2": "password"},
        {"password1": "person1", "password2": "person1"},
        {"password2": "another one"},
        {"password1": "x" * 4097, "password2": "x" * 4097},
        {"password1": "", "password2": ""},
    ],
)
def test_what_breaks_a_rule_makes_no_account(changes: dict[str, str]) -> None:
    make_user("alice")
    ProhibitedUsername.objects.create(name="banned")
    ProhibitedDomain.objects.create(domain="bad.example.net")
    reply = register(**changes)
    assert reply.status_code == 200  # type: ignore[attr-defined]
    assert b"There is a problem" in reply.content  # type: ignore[attr-defined]
    assert User.objects.count() == 1


def test_a_one_letter_name_is_a_name() -> None:
    register(username="x")
    assert User.objects.get().username == "x"


def test_an_address_that_somebody_only_claims_keeps_nobody_out() -> None:
    register(username="first")
    forget_limits()
    register(username="second")
    assert set(User.objects.values_list("username", flat=True)) == {"first", "second"}
    first, second = (link_in(mail) for mail in Mail.objects.filter(kind="verify-address").order_by("id"))
    assert Visitor().post(second).status_code == 302
    assert b"taken" in Visitor().get(first).content
    Visitor().post(first)
    assert EmailAddress.objects.get(verified=True).user.username == "second"


def test_robots_that_fill_every_field_get_no_account() -> None:
    register(website="https://example.com")
    assert not User.objects.exists()


def test_registration_can_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from cheeseshop.core import current

    closed = replace(current.settings(), allow_registration=False)
    monkeypatch.setattr(current, "settings", lambda: closed)
    reply = register()
    assert b"Registration is closed" in reply.content  # type: ignore[attr-defined]
    assert not User.objects.exists()


def test_a_form_without_its_token_is_refused() -> None:
    assert register(Visitor(checks_csrf=True)).status_code == 403  # type: ignore[attr-defined]
    assert not User.objects.exists()


def test_twenty_tries_an_hour_from_one_address() -> None:
    for _ in range(20):
        assert register(Visitor("192.0.2.9"), email="nobody").status_code == 200  # type: ignore[attr-defined]
    late = Visitor("192.0.2.9").post("/account/register/", GOOD)
    assert late.status_code == 429
    assert 3000 < int(late["retry-after"]) <= 3601
    assert "Too many accounts were registered from your network. Try again in" in late.content.decode()
    assert not User.objects.exists()
    assert Visitor("192.0.2.10").post("/account/register/", GOOD).status_code == 302
