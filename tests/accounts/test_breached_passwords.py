# SPDX-License-Identifier: Apache-2.0
"""Breached passwords, with a real server that speaks the range protocol."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.accounts import breached
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.core import current
from cheeseshop.edge_contract.protocols import Reply, RequestHead
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import Store
from tests.support.actors import PASSWORD, Visitor, forget_limits, link_in, member, newest_mail
from tests.support.breach_list import BreachList, breach_list
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[BreachList]:
    with breach_list() as running:
        conf = replace(current.settings(), breached_passwords_url=running.url)
        monkeypatch.setattr(current, "settings", lambda: conf)
        yield running


def test_five_characters_leave_the_machine_and_answers_are_kept(known: BreachList) -> None:
    known.passwords = {"hunter2"}
    assert breached.is_breached("hunter2")
    assert breached.is_breached("hunter2")
    digest = hashlib.sha1(b"hunter2").hexdigest().upper()
    assert known.asked == [(f"/range/{digest[:5]}", "true")]


def test_padding_is_no_match(known: BreachList) -> None:
    prefix = hashlib.sha1(b"a good one").hexdigest().upper()[:5]
    assert not breached.is_breached("a good one")
    assert known.asked == [(f"/range/{prefix}", "true")]


def test_registration_refuses(known: BreachList) -> None:
    known.passwords = {"plum tractor seven lanterns"}
    form = {"email": "a@example.org", "username": "a", "password1": "plum tractor seven lanterns"}
    reply = Visitor().post("/account/register/", form | {"password2": form["password1"]})
    assert b"security breach" in reply.content
    assert not User.objects.exists()


def test_a_log_in_disables_the_password_ends_sessions_and_mails(known: BreachList) -> None:
    user, inside = member("alice")
    forget_limits()
    known.passwords = {PASSWORD}
    reply = Visitor().log_in("alice")
    assert b"so we disabled it" in reply.content
    assert not inside.inside
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert newest_mail(user.email, "password-breached")
    assert SecurityEvent.objects.filter(kind="account:password:disabled").count() == 1
    forget_limits()
    known.passwords = set()
    assert b"wrong" in Visitor().log_in("alice").content  # nothing but a reset leads back
    visitor = Visitor()
    visitor.post("/account/request-password-reset/", {"email": "alice"})
    page = visitor.get(link_in(newest_mail(user.email, "password-reset-request")), follow=True)
    assert b"Choose a new password" in page.content


def test_a_change_and_a_confirmation_are_looked_at(known: BreachList) -> None:
    user, visitor = member("alice")
    known.passwords = {"plum tractor seven lanterns"}
    forget_limits()
    told = {"oldpassword": PASSWORD, "password1": "plum tractor seven lanterns"}
    reply = visitor.post("/manage/account/password/", told | {"password2": told["password1"]})
    assert b"security breach" in reply.content
    known.passwords = {PASSWORD}
    forget_limits()
    visitor.post("/account/reauthenticate/", {"password": PASSWORD})
    user.refresh_from_db()
    assert not user.has_usable_password()


def send(store: Store, name: str, password: str) -> Reply:
    basic = base64.b64encode(f"{name}:{password}".encode()).decode()
    head = RequestHead("POST", "/legacy/", "", {"authorization": f"Basic {basic}"}, "192.0.2.1")
    reply = Receiver(store, "http://localhost").admit(head)
    assert isinstance(reply, Reply)
    return reply


def test_a_password_in_an_upload_is_refused_alike_and_disabled_if_breached(known: BreachList, store: Store) -> None:
    user = make_user("alice")
    replies = [send(store, "alice", "wrong"), send(store, "nobody", "wrong"), send(store, "alice", PASSWORD)]
    user.refresh_from_db()
    assert user.has_usable_password()
    known.passwords = {PASSWORD}
    forget_limits()
    replies.append(send(store, "alice", PASSWORD))
    assert {(r.status, r.body) for r in replies} == {(403, replies[0].body)}
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert newest_mail(user.email, "password-breached")


def test_passwords_in_uploads_count_as_log_ins(store: Store) -> None:
    make_user("alice")
    for _ in range(10):
        send(store, "alice", "wrong")
    assert Visitor("203.0.113.1").log_in("alice").status_code == 429


@pytest.mark.parametrize("status", [500, 404, 200])
def test_a_list_that_fails_keeps_nobody_out_and_is_counted(known: BreachList, status: int) -> None:
    known.passwords, known.status = {PASSWORD}, status
    before = breached.failures()
    assert breached.is_breached(PASSWORD) is (status == 200)
    assert breached.failures() - before == (status != 200)


def test_a_list_that_is_away_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), breached_passwords_url="http://127.0.0.1:9/range/")
    monkeypatch.setattr(current, "settings", lambda: conf)
    make_user("alice")
    assert Visitor().log_in("alice").status_code == 302
    assert breached.failures() > 0


@given(st.sets(st.text(min_size=1, max_size=5), max_size=40), st.text(max_size=5))
def test_a_sorted_file_is_searched_exactly(
    tmp_path_factory: pytest.TempPathFactory, inside: set[str], one: str
) -> None:
    def digest(word: str) -> str:
        return hashlib.sha1(word.encode("utf-8", "surrogatepass")).hexdigest().upper()

    path: Path = tmp_path_factory.getbasetemp() / "sorted.txt"
    path.write_text("".join(sorted(f"{digest(w)}:{n}\n" for n, w in enumerate(inside, 1))))
    for word in (*inside, one):
        assert breached.in_sorted_file(path, digest(word)) is (word in inside)


def test_a_file_serves_a_closed_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.txt").write_text(hashlib.sha1(b"hunter2").hexdigest().upper() + ":1\n")
    conf = replace(current.settings(), breached_passwords_url=f"file://{tmp_path}/list.txt")
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert breached.is_breached("hunter2")
    assert not breached.is_breached("hunter3")
