# SPDX-License-Identifier: Apache-2.0
"""Files that hold a live token of this index are accepted, and the token is dead when the answer comes."""

import pytest
from pymacaroons import Macaroon

from cheeseshop.accounts.models import SecurityEvent
from cheeseshop.catalog.models import File
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.storage import Store
from cheeseshop.tokens.macaroons import mint, parse
from cheeseshop.tokens.models import Token
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db


def test_a_token_in_a_file_is_revoked_and_its_owner_told(store: Store) -> None:
    leaked, sent = make_token(make_user("victim")), make_token(make_user())
    built = build_wheel("demo", "1.0", extra={"demo/.pypirc": f"password = {leaked}\n".encode()})
    assert upload(store, sent, built).status == 200
    assert [token.user.username for token in Token.objects.all()] == ["alice"]
    mail = Mail.objects.get(kind="token-leaked")
    assert mail.recipient == "victim@example.org"
    file = File.objects.get()
    assert f"http://localhost:8000/packages/{file.blob_key}" in mail.text
    assert SecurityEvent.objects.get(kind="account:api_token:removed_leak").user.username == "victim"
    assert upload(store, leaked, build_wheel("other", "1.0")).status == 403


def test_the_token_that_sends_the_file_is_revoked_too(store: Store) -> None:
    token = make_token(make_user())
    built = build_sdist("demo", "1.0", extra={"ci.yml": f"TOKEN: {token}".encode()})
    assert upload(store, token, built).status == 200
    assert File.objects.exists()
    assert not Token.objects.exists()
    assert upload(store, token, built).status == 403


def test_what_is_no_live_token_changes_nothing(store: Store) -> None:
    token = make_token(make_user())
    real = parse(token)
    forged = mint(real.location, real.identifier, bytes(32), real.caveats)
    unknown = mint(real.location, "0190a5c8-0000-7000-8000-000000000000", bytes(32), ())
    built = build_wheel("demo", "1.0", extra={"demo/notes.txt": f"{forged} {unknown} pypi-AgEnonsense".encode()})
    assert upload(store, token, built).status == 200
    assert Token.objects.exists()
    assert not Mail.objects.filter(kind="token-leaked").exists()


def test_a_refused_file_revokes_nothing(store: Store) -> None:
    token = make_token(make_user())
    built = build_wheel("demo", "1.0", extra={"demo/notes.txt": token.encode()})
    assert upload(store, token, built, sha256_digest="0" * 64).status == 400
    assert upload(store, token, built, requires_python=">=99").status == 400
    assert Token.objects.exists()


def test_a_token_narrowed_many_times_is_revoked_once(store: Store) -> None:
    leaked, sent = make_token(make_user("victim")), make_token(make_user())
    narrowed = []
    for project in ("a", "b", "c"):
        macaroon = Macaroon.deserialize(leaked.removeprefix("pypi-"))
        macaroon.add_first_party_caveat(f'[1,["{project}"]]')
        narrowed.append(f"pypi-{macaroon.serialize()}".rstrip("="))
    built = build_wheel("demo", "1.0", extra={"demo/notes.txt": "\n".join(narrowed).encode()})
    assert upload(store, sent, built).status == 200
    assert Mail.objects.filter(kind="token-leaked").count() == 1
    assert Entry.objects.filter(action__startswith="add py3 file").count() == 1
