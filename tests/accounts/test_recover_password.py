# SPDX-License-Identifier: Apache-2.0
"""Resetting a password: one answer for all, links that work once, and the second factor on the way."""

import time

import pytest
from django.core import signing

from cheeseshop.accounts.models import User
from cheeseshop.notify.models import Mail
from tests.support.actors import Visitor, code_at, forget_limits, link_in, newest_mail, with_application
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
NEW = {"password1": "plum tractor seven lanterns", "password2": "plum tractor seven lanterns"}


def ask(named: str, visitor: Visitor | None = None) -> str:
    reply = (visitor or Visitor()).post("/account/request-password-reset/", {"email": named}, follow=True)
    return reply.redirect_chain[-1][0] + reply.content.decode().split("<main", 1)[1]


def reset_link(user: User) -> str:
    return link_in(newest_mail(user.email, "password-reset-request"))


def test_the_answer_is_the_same_whoever_is_named() -> None:
    user = make_user("alice")
    answers = {ask(named) for named in ("alice", "ALICE", user.email, "nobody", "no@example.org", "x" * 254)}
    assert len(answers) == 1
    assert Mail.objects.filter(kind="password-reset-request").count() == 3


def test_a_link_works_once_and_ends_other_sessions() -> None:
    user = make_user("alice")
    inside = Visitor()
    inside.log_in("alice")
    ask("alice")
    visitor = Visitor("198.51.100.1")
    form = visitor.get(reset_link(user)).headers["location"]
    assert "set-password" in form  # the key is not in the address any more
    assert visitor.post(form, NEW).status_code == 302
    assert visitor.inside
    assert not inside.inside
    assert newest_mail(user.email, "password-reset-done")
    assert b"does not work any more" in Visitor().get(reset_link(user)).content
    assert Visitor().log_in("alice", NEW["password1"]).status_code == 302


@pytest.mark.parametrize("event", ["log-in", "password", "address"])
def test_a_link_dies_when_the_account_changes(event: str) -> None:
    user = make_user("alice")
    ask("alice")
    link = reset_link(user)
    if event == "log-in":
        Visitor().log_in("alice")
    elif event == "password":
        user.set_password("another")
        user.save()
    else:
        user.emailaddress_set.update(email="other@example.org")
    assert b"does not work any more" in Visitor().get(link).content


def test_a_link_dies_after_six_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime, timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    user = make_user("alice")
    ask("alice")
    link = reset_link(user)
    assert Visitor().get(link).status_code == 302
    late = datetime.now() + timedelta(hours=6, seconds=5)  # noqa: DTZ005 - as Django counts
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _self: late)
    assert b"does not work any more" in Visitor().get(link).content


def test_the_link_of_one_opens_no_other_account() -> None:
    alice, bob = make_user("alice"), make_user("bob")
    ask("alice")
    uid = reset_link(alice).split("/")[-2].split("-", 1)
    ask("bob")
    other = reset_link(bob).split("/")[-2].split("-", 1)
    assert b"does not work any more" in Visitor().get(f"/account/reset-password/{other[0]}-{uid[1]}/").content


def test_the_second_factor_is_asked_after_the_new_password() -> None:
    user = make_user("alice")
    with_application(user)
    ask("alice")
    visitor = Visitor()
    reply = visitor.post(visitor.get(reset_link(user)).headers["location"], NEW)
    assert reply.headers["location"] == "/account/two-factor/"
    assert not visitor.inside
    visitor.post("/account/two-factor/", {"code": code_at()})
    assert not visitor.inside  # an unknown device: a mail first
    visitor.get(link_in(newest_mail(user.email, "new-device")))
    visitor.post("/account/two-factor/remember/", {"action": "none"})
    assert visitor.inside


def test_five_links_a_day_and_none_for_administrators_or_closed_accounts() -> None:
    make_user("alice")
    for number in range(7):
        ask("alice", Visitor(f"192.0.2.{number}"))
    assert Mail.objects.filter(kind="password-reset-request").count() == 5
    forget_limits()
    Mail.objects.all().delete()
    User.objects.update(is_staff=True)
    ask("alice")
    User.objects.update(is_staff=False, is_active=False)
    ask("alice")
    assert not Mail.objects.exists()


def test_the_link_form_with_a_token_leads_on() -> None:
    assert Visitor().get("/account/reset-password/?token=abc-def").headers["location"] == (
        "/account/reset-password/abc-def/"
    )
    assert (
        Visitor()
        .get("/account/reset-password/?token=%2F%2Fevil-x")
        .headers["location"]
        .startswith("/account/request-password-reset/")
    )


def test_a_verification_link_of_another_kind_or_time_is_refused() -> None:
    user = make_user("alice", verified=False)
    address = user.emailaddress_set.get()
    for forged in (signing.dumps(address.pk), signing.dumps(address.pk, salt="other"), "x:y:z"):
        assert b"does not work any more" in Visitor().get(f"/account/verify-email/{forged}/").content
        assert Visitor().post(f"/account/verify-email/{forged}/").status_code == 404
    address.refresh_from_db()
    assert not address.verified


def test_a_verification_link_dies_after_six_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("alice", verified=False)
    visitor = Visitor()
    visitor.log_in("alice")
    visitor.post("/manage/account/emails/", {"action_send": "", "email": user.email})
    link = link_in(newest_mail(user.email, "verify-address"))
    began = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: began + 6 * 3600 + 5)
    assert b"does not work any more" in Visitor().get(link).content
    monkeypatch.setattr(signing.time, "time", lambda: began + 6 * 3600 - 60)
    assert b"Verify the address" in Visitor().get(link).content
