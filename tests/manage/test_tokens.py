# SPDX-License-Identifier: Apache-2.0
"""Tokens made on the site: shown once, narrowed, used, attenuated, revoked."""

import re

import pytest
from bs4 import BeautifulSoup
from pymacaroons import Macaroon

from cheeseshop.accounts.models import SecurityEvent
from cheeseshop.edge_contract.protocols import Reply
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import Store
from cheeseshop.tokens.models import Token
from tests.support.actors import Visitor, member, newest_mail
from tests.support.archives import build_wheel
from tests.support.factories import head, upload

pytestmark = pytest.mark.django_db
FORM = {"description": "laptop", "actions": "upload"}


def make(visitor: Visitor, **form: str) -> str:
    page = visitor.post("/manage/account/token/", FORM | form)
    found = re.search(r"pypi-[A-Za-z0-9_-]+", page.content.decode())
    assert found is not None, page.content.decode()
    assert "no-store" in page.headers["cache-control"]
    return found.group(0)


def test_a_token_is_shown_once_and_publishes(store: Store) -> None:
    user, visitor = member()
    token = make(visitor)
    assert upload(store, token, build_wheel("demo", "1.0")).status == 200
    page = visitor.get("/manage/account/tokens/").content.decode()
    assert token not in page
    row = Token.objects.get()
    assert str(row.id) in page
    assert "127.0.0.1" in page
    assert not row.issued_by_administrator
    kinds = set(SecurityEvent.objects.filter(user=user).values_list("kind", flat=True))
    assert {"account:api_token:added", "account:api_token:first_used"} <= kinds
    assert newest_mail(user.email, "token-created")


def test_a_token_is_narrowed_to_a_project_and_a_time(store: Store) -> None:
    _, visitor = member()
    whole = make(visitor)
    assert upload(store, whole, build_wheel("demo", "1.0")).status == 200
    narrow = make(visitor, description="ci", scope="demo", expires="7")
    assert upload(store, narrow, build_wheel("demo", "2.0")).status == 200
    assert upload(store, narrow, build_wheel("other", "1.0")).status == 403
    assert "For demo: upload, until" in visitor.get("/manage/account/tokens/").content.decode()


def test_the_example_files_hold_the_token_and_the_address() -> None:
    _, visitor = member()
    page = visitor.post("/manage/account/token/", FORM)
    blocks = [code.text for code in BeautifulSoup(page.content, "html.parser").select("pre code")]
    assert any(block.startswith("[distutils]") and blocks[0] in block for block in blocks)
    assert any("uv publish --publish-url http://localhost:8000/legacy/" in block for block in blocks)


@pytest.mark.parametrize(
    "form", [{"description": ""}, {"description": "  "}, {"description": "x" * 101}, {"scope": "not-mine"},
             {"expires": "100000"}, {"actions": "everything"}, {"actions": ""},
             {"networks": "192.0.2.1/24"}, {"networks": "home"}]
)  # fmt: skip
def test_what_breaks_a_rule_makes_no_token(form: dict[str, str]) -> None:
    _, visitor = member()
    page = visitor.post("/manage/account/token/", FORM | form)
    assert b"There is a problem" in page.content
    assert not Token.objects.exists()


def test_a_second_token_of_one_name_is_refused() -> None:
    _, visitor = member()
    make(visitor)
    assert visitor.post("/manage/account/token/", FORM).status_code == 409
    assert Token.objects.count() == 1


def test_a_revoked_token_is_dead_and_others_have_none_of_mine(store: Store) -> None:
    user, visitor = member()
    token = make(visitor)
    url = f"/manage/account/token/{Token.objects.get().id}/remove/"
    _, other = member("bob")
    assert other.post(url).status_code == 404
    assert b"Revoke laptop?" in visitor.get(url).content
    assert Token.objects.exists()
    visitor.post(url)
    assert isinstance(Receiver(store, "x").admit(head(token)), Reply)
    assert newest_mail(user.email, "token-removed")
    assert visitor.post(url).status_code == 404


def test_a_holder_narrows_a_token_offline(store: Store) -> None:
    _, visitor = member()
    token = make(visitor)
    upload(store, token, build_wheel("demo", "1.0"))
    macaroon = Macaroon.deserialize(token.removeprefix("pypi-"))
    macaroon.add_first_party_caveat('[1,["demo"]]')
    narrow = f"pypi-{macaroon.serialize()}"
    assert upload(store, narrow, build_wheel("demo", "2.0")).status == 200
    assert upload(store, narrow, build_wheel("other", "1.0")).status == 403


def test_a_token_for_certain_actions_says_so() -> None:
    _, visitor = member()
    make(visitor, actions=["read", "yank"])  # type: ignore[arg-type]
    assert Token.objects.get().actions == ["read", "yank"]
    assert "For the whole account: read, yank" in visitor.get("/manage/account/tokens/").content.decode()


@pytest.mark.parametrize(
    ("networks", "status"),
    [("127.0.0.0/8", 200), ("192.0.2.0/24, 127.0.0.1/32", 200), ("192.0.2.0/24", 403), ("2001:db8::/32", 403)],
)
def test_a_token_is_bound_to_networks(store: Store, networks: str, status: int) -> None:
    _, visitor = member()
    token = make(visitor, networks=networks)
    assert upload(store, token, build_wheel("demo", "1.0")).status == status


def test_a_holder_binds_a_token_to_a_network(store: Store) -> None:
    _, visitor = member()
    macaroon = Macaroon.deserialize(make(visitor).removeprefix("pypi-"))
    macaroon.add_first_party_caveat('[101,["192.0.2.0/24"]]')
    reply = upload(store, f"pypi-{macaroon.serialize()}", build_wheel("demo", "1.0"))
    assert (reply.status, "may not be used from 127.0.0.1" in reply.body) == (403, True)
