# SPDX-License-Identifier: Apache-2.0
"""Partners report tokens, signed with real keys that a real server lists."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymacaroons import Macaroon

from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.notify.models import Mail
from cheeseshop.tokens.macaroons import mint, parse
from cheeseshop.tokens.models import Token
from tests.support.factories import make_token as make_told_token
from tests.support.factories import make_user
from tests.support.key_server import Scanner, report, scanner

pytestmark = pytest.mark.django_db
ADDRESS = "/_/secrets/disclose-token"


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scanner]:
    with scanner() as running:
        conf = replace(current.settings(), github_keys_url=running.url, gosst_keys_url=f"{running.url}/gosst")
        monkeypatch.setattr(current, "settings", lambda: conf)
        yield running


def make_token(user: User, *projects: str, expires_days: int | None = None) -> str:
    token = make_told_token(user, *projects, expires_days=expires_days)
    Mail.objects.all().delete()  # which say that it was made
    return token


def send(body: bytes, headers: dict[str, str], address: str = ADDRESS) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", headers=headers)


def tell(partner: Scanner, *tokens: str) -> int:
    body = report(*tokens)
    return send(body, partner.headers(body)).status_code


def test_a_live_token_is_revoked_and_its_owner_told(partner: Scanner) -> None:
    user = make_user()
    token = make_token(user)
    assert tell(partner, token) == 204
    assert not Token.objects.exists()
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("token-leaked", "alice@example.org")
    assert "https://example.org/leak" in mail.text
    assert "GitHub" in mail.text
    event = SecurityEvent.objects.get(kind="account:api_token:removed_leak")
    assert event.user == user
    assert event.detail.endswith(": https://example.org/leak")


@pytest.mark.parametrize("address", [ADDRESS, "/_/github/disclose-token"])
@pytest.mark.parametrize("prefix", ["GITHUB-PUBLIC-KEY", "GOSST-PUBLIC-KEY"])
def test_both_addresses_and_both_partners(partner: Scanner, address: str, prefix: str) -> None:
    body = report(make_token(make_user()))
    assert send(body, partner.headers(body, prefix=prefix), address).status_code == 204
    assert not Token.objects.exists()


def test_the_answer_never_tells_which_tokens_exist(partner: Scanner) -> None:
    token = make_token(make_user())
    unknown = mint("localhost", "0190a5c8-0000-7000-8000-000000000000", bytes(32), ())
    expired = make_token(make_user("bob"), expires_days=1)
    Token.objects.filter(user__username="bob").update(caveats=[[0, 1, 0]])
    bodies = [report(token), report(token), report(unknown), report("pypi-nonsense"), report(expired), b"[]"]
    bodies += [json.dumps([{"type": "other", "token": token, "url": ""}, 7, None, {"token": 1}]).encode()]
    answers = {(r.status_code, r.content) for r in (send(body, partner.headers(body)) for body in bodies)}
    assert answers == {(204, b"")}
    assert Mail.objects.count() == 1  # told twice, mailed once
    assert Token.objects.get().user.username == "bob"


def test_a_token_that_its_holder_narrowed_is_the_same_token(partner: Scanner) -> None:
    narrowed = Macaroon.deserialize(make_token(make_user()).removeprefix("pypi-"))
    narrowed.add_first_party_caveat('[1,["demo"]]')
    assert tell(partner, f"pypi-{narrowed.serialize()}") == 204
    assert not Token.objects.exists()


def test_a_narrowed_token_that_has_expired_is_worth_nothing(partner: Scanner) -> None:
    narrowed = Macaroon.deserialize(make_token(make_user()).removeprefix("pypi-"))
    narrowed.add_first_party_caveat(f"[0,{int(now().timestamp()) - 60},0]")
    assert tell(partner, f"pypi-{narrowed.serialize()}") == 204
    assert Token.objects.exists()


def test_who_knows_the_identifier_alone_revokes_nothing(partner: Scanner) -> None:
    token = parse(make_token(make_user()))
    forged = mint(token.location, token.identifier, bytes(32), token.caveats)
    assert tell(partner, forged) == 204
    assert Token.objects.exists()
    assert not Mail.objects.exists()


def test_a_wrong_signature_is_refused_before_the_body_is_read(partner: Scanner) -> None:
    token = make_token(make_user())
    other = partner.headers(report("another body"))
    for body in (report(token), b"not JSON"):
        reply = send(body, other)
        assert (reply.status_code, reply.json()["message"]) == (400, "The signature does not match the body.")
    assert Token.objects.exists()


def test_nobody_without_headers_is_heard(partner: Scanner) -> None:
    body = report(make_token(make_user()))
    assert send(body, {}).status_code == 404
    assert send(body, {"GITHUB-PUBLIC-KEY-IDENTIFIER": "first"}).status_code == 404
    assert Client().get(ADDRESS).status_code == 405
    assert partner.asked == 0


def test_a_partner_that_is_off_is_unknown(partner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), github_keys_url="off")
    monkeypatch.setattr(current, "settings", lambda: conf)
    body = report("x")
    assert send(body, partner.headers(body)).status_code == 404


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"{", "not JSON"), (b"\xff", "not JSON"), (b"[" * 100_000, "not JSON"), (b"{}", "not a list"),
     (b"7", "not a list"), (json.dumps([0] * 1001).encode(), "more than 1000"), (b" " * 1_100_000, "more than")],
)  # fmt: skip
def test_a_malformed_body_is_refused_with_the_reason(partner: Scanner, body: bytes, reason: str) -> None:
    reply = send(body, partner.headers(body))
    assert reply.status_code == 400
    assert reason in reply.json()["message"]


def test_a_huge_body_is_refused(partner: Scanner) -> None:
    body = b"x" * 4_000_000
    assert send(body, partner.headers(body)).status_code in {400, 413}


def test_a_replay_does_nothing_more(partner: Scanner) -> None:
    body = report(make_token(make_user()))
    headers = partner.headers(body)
    assert [send(body, headers).status_code for _ in range(3)] == [204] * 3
    assert Mail.objects.count() == 1


def test_the_list_is_kept_and_fetched_again_for_a_new_key_but_seldom(partner: Scanner) -> None:
    for _ in range(3):
        assert tell(partner) == 204
    assert partner.asked == 1
    partner.keys["second"] = ec.generate_private_key(ec.SECP256R1())
    body = report("x")
    assert send(body, partner.headers(body, "second")).status_code == 400  # asked within the minute
    cache.delete(f"leaks:asked:{partner.url}")
    assert send(body, partner.headers(body, "second")).status_code == 204
    assert partner.asked == 2
    for number in range(5):
        headers = partner.headers(body) | {"GITHUB-PUBLIC-KEY-IDENTIFIER": f"unknown{number}"}
        assert send(body, headers).status_code == 400
    assert partner.asked == 2


@pytest.mark.parametrize(
    ("status", "listed"),
    [(500, b""), (302, b""), (200, b"no JSON"), (200, b"[]"), (200, b'{"public_keys": 1}'),
     (200, b'{"public_keys": [{}]}'), (200, b'{"public_keys": [7]}'), (200, b"x" * 300_000),
     (200, b'{"public_keys": [{"key_identifier": "first", "key": "nonsense"}]}'), (200, b"[" * 100_000)],
)  # fmt: skip
def test_a_list_that_can_not_be_had_refuses(partner: Scanner, status: int, listed: bytes) -> None:
    token = make_token(make_user())
    partner.status, partner.body = status, listed
    assert [tell(partner, token), tell(partner, token)] == [400, 400]
    assert partner.asked == 1
    assert Token.objects.exists()


def test_a_server_that_is_away_refuses(partner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = replace(current.settings(), github_keys_url="http://127.0.0.1:1/keys")
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert tell(partner, "x") == 400


def test_a_key_of_another_curve_is_refused(partner: Scanner) -> None:
    partner.keys["first"] = ec.generate_private_key(ec.SECP384R1())
    assert tell(partner, make_token(make_user())) == 400
    assert Token.objects.exists()


@pytest.mark.parametrize("signature", ["", "!", "AAAA", "A" * 5000, "ÿ"])
def test_a_malformed_signature_is_refused(partner: Scanner, signature: str) -> None:
    body = report("x")
    assert send(body, partner.headers(body) | {"GITHUB-PUBLIC-KEY-SIGNATURE": signature}).status_code == 400


def test_what_is_told_of_the_place_is_shown_harmlessly(partner: Scanner) -> None:
    token = make_token(make_user())
    hostile = "https://example.org/\r\nBcc: everybody\0\ud800" + "x" * 5000
    body = json.dumps([{"type": "pypi_api_token", "token": token, "url": hostile}]).encode()
    assert send(body, partner.headers(body)).status_code == 204
    text = Mail.objects.get().text
    assert "\nBcc" not in text
    assert len(text) < 2000


def test_a_publishers_token_is_told_to_the_owners_of_its_project() -> None:
    from cheeseshop.access.models import ProjectRole
    from cheeseshop.catalog.models import Project
    from cheeseshop.leaks.flows import Place, revoke_all
    from cheeseshop.leaks.queries import live_tokens

    project = Project.objects.create(name="Demo", normalized_name="demo", lookalike_key="demo")
    ProjectRole.objects.create(project=project, user=make_user("owner"), role="Owner")
    tokens = live_tokens([make_token(make_user(), "demo")])
    without_person = [replace(token, user_id=None) for token in tokens]
    assert [r.owner for r in revoke_all(without_person, Place("https://example.org/log", "GitHub"))] == [""]
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("publisher-token-leaked", "owner@example.org")
    assert not Token.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_parallel_reports_revoke_once(partner: Scanner) -> None:
    tokens = [make_token(make_user(f"user{n}")) for n in range(4)]
    body = report(*tokens)

    def one(_number: int) -> int:
        try:
            return send(body, partner.headers(body)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(16))) == {204}
    assert not Token.objects.exists()
    assert Mail.objects.count() == 4
    assert partner.asked == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "token", "url"]), inner),
    max_leaves=12,
)
_ITEM = st.fixed_dictionaries({"type": st.just("pypi_api_token"), "token": st.text() | _JSON}, optional={"url": _JSON})
_BODY = st.binary() | _JSON.map(json.dumps).map(str.encode) | st.lists(_ITEM).map(json.dumps).map(str.encode)


@settings(max_examples=400, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_BODY, st.sampled_from(["signed", "forged", "garbage"]), st.text(max_size=30))
def test_no_input_is_answered_with_a_5xx(partner: Scanner, body: bytes, kind: str, text: str) -> None:
    headers = partner.headers(body if kind == "signed" else b"other")
    if kind == "garbage":
        headers["GITHUB-PUBLIC-KEY-SIGNATURE"] = text.encode("utf-8", "replace").decode("latin-1")
    assert send(body, headers).status_code in {204, 400}
