# SPDX-License-Identifier: Apache-2.0
"""Administrators paste text or pipe it into the command."""

import io
import json

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.cli import main
from cheeseshop.notify.models import Mail
from cheeseshop.tokens.models import Token
from tests.support.actors import Visitor, member
from tests.support.factories import make_token, make_user

pytestmark = pytest.mark.django_db
PAGE = "/manage/leaked-tokens/"


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = member("root")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


def test_pasted_tokens_are_revoked_and_named(administrator: Visitor) -> None:
    tokens = [make_token(make_user(name)) for name in ("alice", "bob")]
    Mail.objects.all().delete()
    text = f"before {tokens[0]}\r\nurl = https://__token__:{tokens[1]}@index/ and pypi-AgE{'x' * 80}"
    page = administrator.post(PAGE, {"text": text, "where": "a chat room"}).content.decode()
    assert "alice" in page
    assert "bob" in page
    assert "1 text shaped like a token is not of this index" in page
    assert tokens[0] not in page
    assert {m.recipient for m in Mail.objects.all()} == {"alice@example.org", "bob@example.org"}
    assert all("a chat room" in m.text and "root, an administrator" in m.text for m in Mail.objects.all())
    again = administrator.post(PAGE, {"text": text}).content.decode()
    assert "3 texts shaped like a token are not of this index" in again
    assert not Token.objects.exists()


def test_text_without_tokens_and_no_text_at_all(administrator: Visitor) -> None:
    assert b"There is no token in this text" in administrator.post(PAGE, {"text": "pypi-nothing"}).content
    assert b"There is a problem" in administrator.post(PAGE, {"text": ""}).content
    assert b"There is a problem" in administrator.post(PAGE, {"text": "\0"}).content


def test_only_administrators_paste() -> None:
    token = make_token(make_user("bob"))
    _, visitor = member()
    assert visitor.get(PAGE).status_code == 403
    assert visitor.post(PAGE, {"text": token}).status_code == 403
    assert Token.objects.exists()
    assert PAGE.encode() not in visitor.get("/manage/account/").content


def test_the_page_is_in_the_administrators_menu(administrator: Visitor) -> None:
    assert PAGE.encode() in administrator.get("/manage/account/").content


class Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    token = make_token(make_user())
    row = Token.objects.get()
    Mail.objects.all().delete()
    monkeypatch.setattr("sys.stdin", Stdin(b"\xff" + token.encode() + b"\n"))
    assert main.main(["token", "disclose", "--url", "https://example.org/paste", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"revoked": [{"description": row.description, "owner": "alice"}]}
    assert "https://example.org/paste" in Mail.objects.get().text
    monkeypatch.setattr("sys.stdin", Stdin(token.encode()))
    assert main.main(["token", "disclose"]) == 0
    assert "no token in this text that works here" in capsys.readouterr().err
