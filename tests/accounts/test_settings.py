# SPDX-License-Identifier: Apache-2.0
"""What a person changes about their account, after the password was confirmed within the hour."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.accounts import history
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.catalog.models import File, Project
from cheeseshop.core.clock import now
from cheeseshop.edge_contract.protocols import Reply
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import Store
from tests.support.actors import PASSWORD, Visitor, forget_limits, link_in, member, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import head, make_token, make_user, upload

pytestmark = pytest.mark.django_db


def confirmed(visitor: Visitor, seconds_ago: int) -> None:
    store = SessionStore(visitor.session.session_key)
    records = store["account_authentication_methods"]
    for each in records:
        each["at"] = time.time() - seconds_ago
    store["account_authentication_methods"] = records
    store.save()


@pytest.mark.parametrize(("seconds", "asked"), [(3590, False), (3610, True)])
def test_the_password_is_asked_after_an_hour(seconds: int, asked: bool) -> None:
    _, visitor = member()
    confirmed(visitor, seconds)
    reply = visitor.get("/manage/account/emails/")
    assert (reply.status_code == 302) is asked
    if asked:
        assert reply.headers["location"] == "/account/reauthenticate/?next=%2Fmanage%2Faccount%2Femails%2F"


def test_a_form_that_was_sent_is_sent_on_after_the_confirmation() -> None:
    user, visitor = member()
    confirmed(visitor, 7200)
    reply = visitor.post("/manage/account/emails/", {"action_add": "", "email": "new@example.org"})
    assert "/account/reauthenticate/" in reply.headers["location"]
    assert not EmailAddress.objects.filter(email="new@example.org").exists()
    wrong = visitor.post(reply.headers["location"], {"password": "wrong"})
    assert b"The password is wrong" in wrong.content
    visitor.post(reply.headers["location"], {"password": PASSWORD, "next": "/manage/account/emails/"})
    assert EmailAddress.objects.filter(email="new@example.org", user=user).exists()
    assert SecurityEvent.objects.filter(kind="account:reauthenticated").count() == 1


def test_wrong_confirmations_are_limited() -> None:
    _, visitor = member()
    confirmed(visitor, 7200)
    for _ in range(10):
        visitor.post("/account/reauthenticate/", {"password": "wrong"})
    assert visitor.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 429


def test_addresses_are_added_verified_made_primary_and_removed_with_notice() -> None:
    user, visitor = member()
    url = "/manage/account/emails/"
    visitor.post(url, {"action_add": "", "email": "Second@example.org"})
    assert newest_mail(user.email, "address-added")
    visitor.post(url, {"action_primary": "", "email": "second@example.org"})
    assert EmailAddress.objects.get(primary=True).email == user.email  # it is not verified yet
    visitor.post(link_in(newest_mail("second@example.org", "verify-address")))
    visitor.post(url, {"action_primary": "", "email": "second@example.org"})
    user.refresh_from_db()
    assert user.email == "second@example.org"
    assert {m.recipient for m in Mail.objects.filter(kind="primary-changed")} == {
        "alice@example.org",
        "second@example.org",
    }
    visitor.post(url, {"action_remove": "", "email": "second@example.org"})
    assert EmailAddress.objects.count() == 2  # the primary one stays
    visitor.post(url, {"action_remove": "", "email": "alice@example.org"})
    assert EmailAddress.objects.get().email == "second@example.org"
    assert newest_mail("second@example.org", "address-removed")


@pytest.mark.parametrize("email", ["alice@example.org", "bob@example.org", "x", "a@mailinator.com", "a@b\r\nc@d.org"])
def test_addresses_that_can_not_be_added(email: str) -> None:
    make_user("bob")
    _, visitor = member()
    reply = visitor.post("/manage/account/emails/", {"action_add": "", "email": email})
    assert b"There is a problem" in reply.content
    assert EmailAddress.objects.count() == 2


def test_other_peoples_addresses_are_out_of_reach() -> None:
    make_user("bob")
    _, visitor = member()
    for action in ("action_remove", "action_primary", "action_send"):
        visitor.post("/manage/account/emails/", {action: "", "email": "bob@example.org"})
    assert EmailAddress.objects.get(email="bob@example.org").primary


def test_a_link_is_sent_again_three_times(settings: object) -> None:
    _, visitor = member()
    visitor.post("/manage/account/emails/", {"action_add": "", "email": "new@example.org"})
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"confirm_email": None}  # type: ignore[attr-defined]
    for _ in range(5):
        visitor.post("/manage/account/emails/", {"action_send": "", "email": "new@example.org"})
    assert Mail.objects.filter(kind="verify-address", recipient="new@example.org").count() == 4


def test_an_unverified_address_lets_nothing_be_published(store: Store) -> None:
    user = make_user("alice", verified=False)
    reply = upload(store, make_token(user), build_wheel("demo", "1.0"))
    assert reply.status == 403
    assert "verified" in reply.body
    visitor = Visitor()
    visitor.log_in("alice")
    page = visitor.get("/manage/unverified-account/").content.decode()
    assert "can't publish" in page


def test_a_changed_password_ends_other_sessions_and_is_mailed() -> None:
    user, visitor = member()
    other = Visitor()
    other.cookies["session_id"] = visitor.session.session_key
    form = {"oldpassword": PASSWORD, "password1": "plum tractor seven lanterns"}
    assert b"wrong" in visitor.post("/manage/account/password/", form | {"oldpassword": "x", "password2": "y"}).content
    reply = visitor.post("/manage/account/password/", form | {"password2": form["password1"]})
    assert reply.status_code == 302
    assert visitor.get("/manage/account/").status_code == 200
    assert other.get("/manage/account/").status_code == 302
    assert newest_mail(user.email, "password-changed")


def test_the_history_shows_only_ones_own_and_forgets_addresses() -> None:
    user, visitor = member()
    other = make_user("bob")
    history.record(other, "account:password:change", detail="of bob")
    SecurityEvent.objects.filter(user=user).update(at=now() - timedelta(days=89))
    assert history.forget_addresses() == 0
    SecurityEvent.objects.filter(user=user).update(at=now() - timedelta(days=91))
    page = visitor.get("/manage/account/history/").content.decode()
    assert "192.0.2.1" in page
    assert "of bob" not in page
    assert "Firefox on Linux" in page
    assert history.forget_addresses() > 0
    assert "192.0.2.1" not in visitor.get("/manage/account/history/").content.decode()


def test_the_first_use_of_a_token_is_told_once(store: Store) -> None:
    user = make_user()
    token = make_token(user)
    for _ in range(2):
        assert not isinstance(Receiver(store, "http://localhost").admit(head(token)), Reply)
    assert SecurityEvent.objects.filter(kind="account:api_token:first_used").count() == 1
    assert newest_mail(user.email, "token-created")


def test_a_name_is_changed_and_links_are_refused() -> None:
    user, visitor = member()
    visitor.post("/manage/account/", {"full_name": "Alice <b>"})
    user.refresh_from_db()
    assert user.full_name == "Alice <b>"
    assert b"Alice &lt;b&gt;" in visitor.get("/user/alice/").content
    assert b"There is a problem" in visitor.post("/manage/account/", {"full_name": "www.example.com"}).content


def test_an_account_is_deleted_for_good(store: Store) -> None:
    user, visitor = member()
    token = make_token(user)
    assert upload(store, token, build_wheel("demo", "1.0")).status == 200
    ProjectRole.objects.create(project=Project.objects.get(), user=make_user("bob"), role=Role.OWNER)
    url = "/manage/account/delete/"
    assert b"This is not alice" in visitor.post(url, {"username": "Alice"}).content
    visitor.post(url, {"username": "alice"})
    user.refresh_from_db()
    assert (user.is_active, user.email, user.full_name) == (False, "", "")
    assert user.deleted_at is not None
    assert newest_mail("alice@example.org", "account-deleted")
    assert not EmailAddress.objects.filter(user=user).exists()
    assert Entry.objects.filter(actor="alice").count() == 4  # history keeps the name as text
    assert File.objects.get().uploaded_by == user
    assert not visitor.inside
    assert visitor.get("/user/alice/").status_code == 404
    assert Visitor().log_in("alice").status_code == 200
    forget_limits()
    form = {"email": "b@example.org", "username": "Alice", "password1": "plum tractor seven lanterns"}
    reply = Visitor().post("/account/register/", form | {"password2": form["password1"]})
    assert b"taken" in reply.content
    assert isinstance(Receiver(Store(Path("/nonexistent")), "x").admit(head(token)), Reply)


def test_a_sole_owner_stays_until_there_is_another() -> None:
    user, visitor = member()
    bob = make_user("bob")
    for name in ("mine", "ours"):
        project = Project.objects.create(name=name, normalized_name=name, lookalike_key=name)
        ProjectRole.objects.create(project=project, user=user, role=Role.OWNER)
    ProjectRole.objects.create(project=Project.objects.get(name="ours"), user=bob, role=Role.OWNER)
    url = "/manage/account/delete/"
    page = visitor.get(url).content.decode()
    assert '<a href="/project/mine/">mine</a>' in page
    assert ">ours<" not in page
    assert visitor.post(url, {"username": "alice"}).status_code == 409
    ProjectRole.objects.create(project=Project.objects.get(name="mine"), user=bob, role=Role.MAINTAINER)
    assert visitor.post(url, {"username": "alice"}).status_code == 409
    ProjectRole.objects.filter(user=bob).update(role=Role.OWNER)
    assert visitor.post(url, {"username": "alice"}).status_code == 302
    assert User.objects.get(username="alice").deleted_at is not None


def test_people_are_found_by_the_beginning_of_their_names() -> None:
    make_user("bob")
    make_user("bobby")
    _, visitor = member()
    assert visitor.get("/accounts/search/?username=BO").json() == {"users": ["bob", "bobby"]}
    assert visitor.get("/accounts/search/?username=zz").status_code == 404
    assert visitor.get("/accounts/search/").status_code == 400
    assert Visitor().get("/accounts/search/?username=bo").status_code == 401
    for _ in range(100):
        reply = visitor.get("/accounts/search/?username=bo")
    assert reply.status_code == 429


def test_strength_is_told_in_words_and_nothing_is_kept() -> None:
    visitor = Visitor()
    told = visitor.post("/account/password-strength/", {"password": "alice2020", "username": "alice"}).json()
    assert told["enough"] is False
    assert visitor.post("/account/password-strength/", {"password": "plum tractor seven lanterns"}).json()["score"] == 4
    assert Visitor(checks_csrf=True).post("/account/password-strength/", {"password": "x"}).status_code == 403
