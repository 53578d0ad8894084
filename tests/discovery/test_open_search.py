# SPDX-License-Identifier: Apache-2.0
"""An OpenSearch server's index: kept by the journal, never older than it was, and done without where there is none."""

import json
import socket
import threading
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from cheeseshop.catalog.flows.yank import yank_release
from cheeseshop.catalog.models import Project, Release
from cheeseshop.cli.main import main
from cheeseshop.core.clock import now
from cheeseshop.discovery import sending
from cheeseshop.discovery.documents import document_of
from cheeseshop.discovery.engines import Question, engine, open_search_server
from cheeseshop.discovery.engines import open_search as remote
from cheeseshop.discovery.engines.open_search_server import OpenSearchError, server_at
from cheeseshop.discovery.indexing import follow_journal_elsewhere, refresh_popularity
from cheeseshop.discovery.searching import Search, hits, search
from cheeseshop.journal.models import SerialCounter
from cheeseshop.stats.models import Popularity
from cheeseshop.storage import Store
from tests.discovery.conftest import follow, shelve
from tests.discovery.open_searching import empty, fill, refresh, server, use
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

__all__ = ["empty", "server"]
pytestmark = pytest.mark.django_db


def found(text: str, *classifiers: str) -> list[str]:
    return [hit.name for hit in hits(search(Search(text, classifiers)).places)]


def asked(text: str) -> list[str]:
    """What the server itself finds, whatever the database says."""
    question = remote._asked(Question(((text,),)), 100)
    return [name for name, _ in server_at(remote_address()).search(question)]


def remote_address() -> str:
    from cheeseshop.core import current

    return current.settings().opensearch


def follow_both() -> None:
    follow()
    while follow_journal_elsewhere():
        pass
    refresh()


@pytest.fixture
def only_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's engine may not answer."""
    from cheeseshop.discovery.engines import _ENGINES

    def refuse(*_: object) -> None:
        raise AssertionError("the database was asked")

    for each in _ENGINES.values():
        monkeypatch.setattr(each, "find", refuse)


def test_what_is_uploaded_yanked_and_removed_is_followed(shop: Store, empty: str, only_the_server: None) -> None:
    token = make_token(make_user())
    fill()
    cake = build_wheel("cake", "1.0", metadata_lines=["Summary: A lemon cake"], description="With zest.")
    assert upload(shop, token, cake).status == 200
    assert upload(shop, token, build_sdist("other", "1.0")).status == 200
    follow_both()
    assert found("lemon") == found("zest") == ["cake"]
    assert upload(shop, token, build_wheel("cake", "2.0", metadata_lines=["Summary: A plum cake"])).status == 200
    follow_both()
    assert (found("plum"), found("lemon")) == (["cake"], [])
    project = Project.objects.get(name="cake")
    yank_release(project.pk, Release.objects.get(project=project, version="2.0").pk, "", "alice")
    follow_both()
    assert (found("plum"), found("lemon"), asked("lemon")) == ([], ["cake"], ["cake"])
    yank_release(project.pk, Release.objects.get(project=project, version="1.0").pk, "", "alice")
    follow_both()
    assert asked("lemon") == []
    assert follow_journal_elsewhere() == 0


def test_what_the_server_still_has_is_not_shown(empty: str, only_the_server: None) -> None:
    project = shelve("cake", summary="lemon", classifiers=["Topic :: Games/Entertainment"])
    shelve("pie", summary="lemon")
    fill()
    assert set(found("lemon")) == {"cake", "pie"}
    Project.objects.filter(pk=project.pk).update(quarantined_at=now())
    assert (found("lemon"), set(asked("lemon"))) == (["pie"], {"cake", "pie"})
    assert found("", "Topic :: Games/Entertainment") == []
    assert search(Search("lemon")).total == 1


def test_what_is_older_replaces_nothing(empty: str) -> None:
    shelve("cake", summary="lemon")
    fill()
    made = document_of("cake")
    assert made is not None
    target = server_at(empty)
    target.write(7, {"cake": remote.document_for(replace(made, head=("plum",)), 7)})
    target.write(6, {"cake": remote.document_for(made, 6)})
    target.write(6, {"cake": None})
    refresh()
    assert (asked("plum"), asked("lemon")) == (["cake"], [])
    target.write(8, {"cake": None})
    target.write(7, {"cake": remote.document_for(made, 7)})
    refresh()
    assert asked("lemon") == asked("plum") == []
    target.move_cursor(8)
    target.move_cursor(5)
    assert target.cursor() == 8


def test_projects_that_are_downloaded_more_move_up(
    empty: str, only_the_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    SerialCounter.objects.get_or_create(id=1)
    projects = [shelve(f"part-{n}", summary="whole", at=now() - timedelta(days=n)) for n in range(3)]
    fill()
    assert asked("whole") == ["part-0", "part-1", "part-2"]
    Popularity.objects.create(project=projects[2].pk, downloads=1000)
    refresh_popularity()
    refresh()
    assert asked("whole") == ["part-2", "part-0", "part-1"]


def test_the_command_fills_an_index_and_forgets_what_is_gone(
    empty: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    SerialCounter.objects.update_or_create(id=1, defaults={"serial": 3})
    shelve("cake", summary="lemon")
    assert found("lemon") == ["cake"]
    assert "run `cheeseshop search reindex`" in caplog.text
    assert follow_journal_elsewhere() == 0  # there is no index to follow with
    target = server_at(empty)
    target.create()
    made = document_of("cake")
    assert made is not None
    target.write(2, {"gone": remote.document_for(made, 2)})
    assert main(["search", "reindex", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["projects"] == 1
    assert (asked("lemon"), target.cursor()) == (["cake"], 3)


def test_a_command_that_can_not_send_says_so(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "http://someone:secret@127.0.0.1:9/x")
    assert main(["search", "reindex", "--json"]) == 1


@pytest.mark.parametrize("fault", ["refused", "index lost", "silent", "nonsense"])
def test_without_the_server_the_database_answers(
    empty: str, fault: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shelve("cake", summary="lemon")
    fill()
    assert found("lemon") == ["cake"]
    monkeypatch.setattr(open_search_server, "_ASK", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        if fault == "refused":
            use(monkeypatch, "http://someone:secret@127.0.0.1:9/x")
        elif fault == "index lost":
            httpx.delete(f"{empty}-1", trust_env=False)
        else:
            use(monkeypatch, f"http://someone:secret@{address}/x")
        if fault == "nonsense":
            threading.Thread(target=_answer_nonsense, args=(listener,), daemon=True).start()
        for _ in range(3):
            reply = Client().get("/search/?q=lemon")
            assert reply.status_code == 200
            assert b"cake" in reply.content
        assert follow_journal_elsewhere() == 0
    assert caplog.text.count("the database searches") == 1  # then it is left alone
    assert "secret" not in caplog.text


def _answer_nonsense(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")


def test_a_part_of_an_answer_is_none(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve("cake", summary="lemon")
    fill()
    part = httpx.Response(200, json={"timed_out": True, "_shards": {"failed": 0}, "hits": {"hits": []}})
    monkeypatch.setattr(httpx.Client, "request", lambda *_, **__: part)
    with pytest.raises(OpenSearchError, match="part of an answer"):
        asked("lemon")
    assert found("lemon") == ["cake"]


def test_a_document_that_is_not_taken_moves_no_cursor(shop: Store, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    before = server_at(empty).cursor()
    assert upload(shop, make_token(make_user()), build_sdist("cake", "1.0")).status == 200
    follow()
    with monkeypatch.context() as context:
        context.setattr(sending, "document_for", lambda *_: {"unknown": 1})
        assert follow_journal_elsewhere() == 0
    assert server_at(empty).cursor() == before
    remote.circuit.answered()
    assert follow_journal_elsewhere() == 1
    refresh()
    assert asked("cake") == ["cake"]


def test_the_engine_is_the_database_s_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not isinstance(engine(), remote.OpenSearch)
