# SPDX-License-Identifier: Apache-2.0
"""Logging in: by name and password, under limits, to where one wanted to go and nowhere else."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import identify_hasher

from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.core.clock import now
from tests.support.actors import PASSWORD, Visitor, member
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


def kinds(user: User) -> list[str]:
    return list(SecurityEvent.objects.filter(user=user).order_by("at", "id").values_list("kind", flat=True))


def test_by_name_in_any_case_and_not_by_address() -> None:
    make_user("alice")
    assert Visitor().log_in("ALICE").headers["location"] == "/manage/account/"
    refused = Visitor().log_in("alice@example.org")
    assert b"Log in with the username" in refused.content


def test_an_unknown_name_and_a_wrong_password_read_alike() -> None:
    make_user("alice")
    replies = [Visitor().log_in(name, "wrong") for name in ("alice", "nobody", "a\x00", "x" * 51)]
    first, second = replies[0].content, replies[1].content
    assert [r.status_code for r in replies] == [200] * 4
    assert b"username or the password is wrong" in first
    assert first.replace(b'value="alice"', b"").count(b"wrong") == second.replace(b'value="nobody"', b"").count(
        b"wrong"
    )


def test_a_hash_is_made_for_unknown_names_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda _self, text: made.append(text))
    Visitor().log_in("nobody", "some password")
    assert made == ["some password"]


def test_passwords_are_kept_as_argon2(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # type: ignore[attr-defined]
    user = make_user("alice")
    assert identify_hasher(user.password).algorithm == "argon2"
    assert user.password.split("$")[1] == "argon2id"


def test_ten_failures_make_everybody_wait_but_not_who_is_inside() -> None:
    user, owner = member("alice")
    for number in range(10):
        assert Visitor(f"198.51.100.{number}").log_in("alice", "wrong").status_code == 200
    late = Visitor("203.0.113.9").log_in("alice", PASSWORD)
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 301
    assert b"Try again in 5 minutes" in late.content
    assert owner.get("/manage/account/history/").status_code == 200
    assert kinds(user).count("account:login:failure") == 10
    assert kinds(user).count("account:login:limited") == 1


def test_a_thousand_tries_cost_ten_looks_at_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    make_user("alice")
    monkeypatch.setattr(User, "check_password", lambda _self, text: looked.append(text))
    for number in range(1000):
        Visitor(f"10.0.{number // 250}.{number % 250}").log_in("alice", "wrong")
    assert len(looked) == 10
    assert SecurityEvent.objects.count() <= 12


def test_ten_failures_from_one_address_are_enough_whatever_the_names() -> None:
    for number in range(10):
        Visitor().log_in(f"name{number}", "wrong")
    make_user("alice")
    assert Visitor().log_in("alice").status_code == 429
    assert Visitor("192.0.2.99").log_in("alice").status_code == 302


def test_good_log_ins_use_nothing_up() -> None:
    make_user("alice")
    for _ in range(15):
        assert Visitor().log_in("alice").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/help/", "/help/"),
        ("https://evil.example/", "/manage/account/"),
        ("//evil.example/", "/manage/account/"),
        ("https:evil.example", "/manage/account/"),
        ("javascript:alert(1)", "/manage/account/"),
        ("\\\\evil.example", "/manage/account/"),
        ("http://localhost:1/", "/manage/account/"),
        ("/\r\nSet-Cookie: a=b", "/%0D%0ASet-Cookie:%20a=b"),
    ],
)
def test_next_leads_only_to_this_site(wanted: str, got: str) -> None:
    make_user("alice")
    reply = Visitor().log_in("alice", next=wanted)
    assert reply.headers["location"] == got
    assert "a" not in reply.cookies


def test_the_session_is_a_new_one_after_the_log_in() -> None:
    make_user("alice")
    visitor = Visitor()
    visitor.get("/account/login/?next=/help/")
    session = visitor.session
    session["planted"] = "by an attacker"
    session.save()
    visitor.cookies["session_id"] = planted = session.session_key
    visitor.log_in("alice")
    assert visitor.cookies["session_id"].value != planted
    stranger = Visitor()
    stranger.cookies["session_id"] = planted
    assert not stranger.inside


def test_the_cookie_is_closed_to_scripts_and_ends_with_the_browser() -> None:
    make_user("alice")
    cookie = Visitor().log_in("alice").cookies["session_id"]
    assert (cookie["httponly"], cookie["samesite"], cookie["expires"]) == (True, "Lax", "")


def test_other_sessions_can_be_ended() -> None:
    make_user("alice")
    first, second = Visitor(), Visitor("192.0.2.2")
    first.log_in("alice")
    second.log_in("alice")
    from allauth.account.models import EmailAddress

    assert EmailAddress.objects.get().verified
    page = first.get("/manage/account/sessions/").content.decode()
    assert ("192.0.2.2" in page, "this browser" in page) == (True, True)
    first.post("/manage/account/sessions/")
    assert (first.inside, second.inside) == (True, False)
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize("change", [{"frozen_at": now()}, {"is_active": False}])
def test_a_frozen_account_is_outside_at_once(change: dict[str, object]) -> None:
    _, visitor = member("alice")
    User.objects.update(**change)
    assert visitor.get("/manage/account/").headers["location"].startswith("/account/login/")
    reply = Visitor().log_in("alice")
    assert reply.headers.get("location") == "/account/inactive/"
    assert Visitor().get("/account/inactive/").status_code == 200


def test_logging_out_needs_a_form(client: object) -> None:
    _, visitor = member("alice")
    assert b"Log out?" in visitor.get("/account/logout/").content
    assert visitor.inside
    visitor.post("/account/logout/")
    assert not visitor.inside


def test_too_large_a_form_is_refused() -> None:
    assert Visitor().log_in("alice", "x" * 3_000_000).status_code == 400
    assert b"There is a problem" in Visitor().log_in("alice", "x" * 5000).content
