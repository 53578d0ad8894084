# SPDX-License-Identifier: Apache-2.0
"""Texts and announcements by command."""

import io
import json

import pytest
from django.test import Client

from cheeseshop.cli.main import main
from cheeseshop.notices.catalogue import PIECES, shipped
from cheeseshop.notices.models import Announcement, Change

pytestmark = pytest.mark.django_db


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, stdin: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    return main(arguments)


def test_a_text_is_read_and_written(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "text", "show", "terms") == 0
    assert capsys.readouterr().out.strip() == shipped("terms").strip()
    for words in ("Be **good**.", "Be **better**."):
        assert run(monkeypatch, "text", "set", "terms", "--note", "By script", stdin=words) == 0
    assert "<strong>better</strong>" in client.get("/policy/terms/").content.decode()
    assert run(monkeypatch, "text", "set", "credits", stdin="") == 0
    capsys.readouterr()
    assert run(monkeypatch, "text", "list", "--json") == 0
    told = {each["key"]: each for each in json.loads(capsys.readouterr().out)}
    assert set(told) == {piece.key for piece in PIECES}
    assert (told["terms"]["own"], told["terms"]["shown"], told["terms"]["path"]) == (True, True, "/policy/terms/")
    assert (told["credits"]["own"], told["credits"]["shown"]) == (True, False)
    assert (told["donate"]["own"], told["donate"]["shown"]) == (False, False)
    assert run(monkeypatch, "text", "default", "terms") == 0
    assert run(monkeypatch, "text", "list") == 0
    out = capsys.readouterr().out
    assert "terms: as shipped\n" in out
    assert "credits: yours, not shown" in out
    changes = [(c.subject, c.action, c.by, c.note) for c in Change.objects.order_by("id")]
    assert changes[0] == ("text terms", "changed", "the command line", "By script")
    assert changes[-1] == ("text terms", "default", "the command line", "")


def test_what_can_not_be_done_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, stdin, words in (
        (("text", "show", "nothing"), "", "There is no text 'nothing'"),
        (("text", "set", "nothing"), "x", "There is no text 'nothing'"),
        (("text", "set", "terms"), "x" * 65537, "at most 65,536 characters"),
        (("text", "default", "donate"), "", "No text is shipped"),
        (("announcement", "add", "Title"), " ", "says something"),
        (("announcement", "remove", "7"), "", "withdrawn already"),
    ):
        assert run(monkeypatch, *arguments, stdin=stdin) == 1
        assert words in capsys.readouterr().err
    assert not Change.objects.exists()


def test_an_announcement_comes_and_goes(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "announcement", "list") == 0
    assert "Nothing was announced yet." in capsys.readouterr().out
    assert run(monkeypatch, "announcement", "add", "Larger disks", stdin="On Sunday.") == 0
    number = capsys.readouterr().out.strip()
    assert "On Sunday." in client.get(f"/announcements/{number}/").content.decode()
    assert run(monkeypatch, "announcement", "list", "--json") == 0
    assert [each["title"] for each in json.loads(capsys.readouterr().out)] == ["Larger disks"]
    assert run(monkeypatch, "announcement", "remove", number) == 0
    assert not Announcement.objects.exists()
