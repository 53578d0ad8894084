# SPDX-License-Identifier: Apache-2.0
"""Downloads in ClickHouse: the same counts as the database's, each download once, and pages that do without it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project
from cheeseshop.cli.main import main
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats import queries
from cheeseshop.stats.clickhouse import ClickHouse, UnreachableError
from cheeseshop.stats.counts import choice
from cheeseshop.stats.models import Kind, Popularity, ProjectDay, Share
from cheeseshop.stats.raw.choice import open_raw
from cheeseshop.storage import Store
from tests.support.clickhouse import INSTALLED, clickhouse
from tests.support.downloads import PIP, UV, count, write_segment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not INSTALLED, reason="chdb is not installed: make clickhouse"),
]
WHEEL, SDIST, LATER, OTHER = (
    "demo-1.0-py3-none-any.whl",
    "demo-1.0.tar.gz",
    "demo-2.0-py3-none-any.whl",
    "other-1.0-py3-none-any.whl",
)
NOBODY = "http://counter:secret@127.0.0.1:9/stats"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clickhouse(tmp_path_factory.mktemp("clickhouse")) as address:
        yield address


@pytest.fixture
def sent(server: str, shop: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The shop, with an empty ClickHouse."""
    ClickHouse(server).run("DROP TABLE IF EXISTS downloads SYNC", 30)
    use(monkeypatch, server)
    return shop


def use(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    conf = replace(current.settings(), clickhouse=address)
    monkeypatch.setattr(current, "settings", lambda: conf)
    choice.circuit.answered()


def asked(store: Store, statement: str) -> list[list[Any]]:
    return open_raw(store).query(statement, 1000).rows


def total(store: Store) -> int:
    return int(asked(store, "SELECT sum(downloads) FROM downloads")[0][0])


def shown() -> dict[str, Any]:
    """What pages show, of the site and of a project."""
    demo = Project.objects.get(normalized_name="demo").pk
    found: dict[str, Any] = {"most": queries.most_downloaded(5), "site": queries.site_downloads()}
    for project in (None, demo):
        for days in (30, 90):
            found[f"days {project} {days}"] = queries.downloads_by_day(project, days)
            for kind in Kind if project else set(Kind) - {Kind.VERSION}:
                found[f"{kind} {project} {days}"] = queries.downloads_by(project, kind, days)
    return found


def fill(store: Store) -> None:
    """Downloads of several days by several clients, one of a file that is gone."""
    today = now().date()
    write_segment(store, {(WHEEL, PIP): 3, (SDIST, UV): 2, (LATER, PIP): 1, (OTHER, PIP): 9, (OTHER, "curl/8"): 1})
    count(store)
    write_segment(store, {(WHEEL, UV): 5, (OTHER, "nonsense"): 2}, today - timedelta(days=29))
    write_segment(
        store, {(WHEEL, PIP): 7, (LATER, "pip/1.5.6 CPython/2.7.9 Windows/10"): 1}, today - timedelta(days=30)
    )
    count(store)
    write_segment(store, {(SDIST, PIP): 4})
    File.objects.get(filename=SDIST).delete()
    count(store)


def test_pages_show_what_the_roll_ups_would(sent: Store, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sent)
    by_clickhouse = shown()
    use(monkeypatch, "")
    assert by_clickhouse == shown()
    assert by_clickhouse["most"] == [("other", 12), ("demo", 11)]
    assert by_clickhouse["site"]["last_day"] == 20


def test_pages_read_it_and_not_the_roll_ups(sent: Store, alice: User) -> None:
    fill(sent)
    before = shown()
    for model in (Popularity, ProjectDay, Share):
        model.objects.all().delete()
    assert shown() == before
    assert b"11" in Client().get("/project/demo/2.0/statistics/").content


def test_the_table_is_that_of_the_files(sent: Store, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sent)
    columns = "project, version, filename, packagetype, installer, installer_version, python, implementation, system,"
    statement = (
        f"SELECT {columns} distro, distro_version, cpu, ci, CAST(sum(downloads) AS BIGINT) AS n FROM downloads"
        f" GROUP BY {columns} distro, distro_version, cpu, ci ORDER BY filename, n, installer"
    )
    by_clickhouse = open_raw(sent).query(statement, 1000)
    use(monkeypatch, "")
    assert by_clickhouse == open_raw(sent).query(statement, 1000)
    assert len(by_clickhouse.rows) == 9


class Died(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("step", ["claimed", "read", "stored", "recorded", "removed", "compacted"])
def test_a_counting_that_ends_early_is_sent_once(sent: Store, alice: User, step: str) -> None:
    from cheeseshop.stats.flows.count import count_downloads

    def dies(name: str) -> None:
        if name == step:
            raise Died

    write_segment(sent, {(WHEEL, PIP): 2, (OTHER, UV): 1})
    write_segment(sent, {(WHEEL, PIP): 3}, now().date() - timedelta(days=1))
    with pytest.raises(Died):
        count_downloads(sent, open_raw(sent), dies)
    write_segment(sent, {(WHEEL, PIP): 10})
    count(sent)
    count(sent)
    assert total(sent) == 16
    assert list(Places(sent.stats).queued.iterdir()) == []


def test_an_answer_that_was_lost_counts_nothing_twice(
    sent: Store, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_segment(sent, {(WHEEL, PIP): 2})
    write_segment(sent, {(WHEEL, PIP): 3}, now().date() - timedelta(days=1))
    real = httpx.Client.post

    def lost(self: httpx.Client, *args: Any, **kwargs: Any) -> httpx.Response:
        reply = real(self, *args, **kwargs)
        if "INSERT" in str(kwargs["params"].get("query", "")):
            raise httpx.ReadTimeout("lost")
        return reply

    with monkeypatch.context() as context:
        context.setattr(httpx.Client, "post", lost)
        assert count(sent).downloads == 5
        assert len(list(Places(sent.stats).queued.iterdir())) == 2
    write_segment(sent, {(WHEEL, PIP): 10})
    count(sent)
    assert total(sent) == 15
    assert list(Places(sent.stats).queued.iterdir()) == []


def test_without_the_server_pages_show_the_roll_ups_and_nothing_is_lost(
    sent: Store, server: str, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, NOBODY)
    fill(sent)
    assert "downloads wait to be sent to ClickHouse" in caplog.text
    expected = shown()
    assert expected["most"] == [("other", 12), ("demo", 11)]
    assert Client().get("/stats/").status_code == 200
    assert caplog.text.count("the database answers") == 1  # then it is left alone
    assert "secret" not in caplog.text
    with pytest.raises(Refusal, match="does not answer"):
        open_raw(sent).query("SELECT 1", 1)
    use(monkeypatch, server)
    count(sent)
    assert total(sent) == 35
    assert shown() == expected


def test_an_answer_of_something_else_is_no_fault_of_a_page(
    sent: Store, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    strange = httpx.Response(200, json={"meta": [], "data": [["yesterday", "many"]]})
    monkeypatch.setattr(httpx.Client, "post", lambda *_, **__: strange)
    assert queries.downloads_by_day(None, 1) == [(now().date(), 0)]
    assert "the database answers" in caplog.text


def test_a_wrong_password_is_no_fault_of_a_page(sent: Store, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, server.replace("a%20secret", "another"))
    assert queries.downloads_by_day(None, 1) == [(now().date(), 0)]
    with pytest.raises(Refusal, match="Authentication failed"):
        open_raw(sent).query("SELECT 1", 1)


def test_old_days_go(sent: Store, alice: User) -> None:
    today = now().date()
    for ago in (1, 399, 400):
        write_segment(sent, {(WHEEL, PIP): 1}, today - timedelta(days=ago))
    count(sent)
    days = {date.fromisoformat(row[0]) for row in asked(sent, "SELECT DISTINCT day FROM downloads")}
    assert days == {today - timedelta(days=ago) for ago in (1, 399)}


def test_everything_is_sent_anew_from_the_files(
    sent: Store, server: str, alice: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cheeseshop.stats.flows.count import count_downloads

    use(monkeypatch, "")
    fill(sent)
    expected = shown()
    with pytest.raises(Refusal, match="CHEESESHOP_CLICKHOUSE"):
        main_refusal()
    use(monkeypatch, server)
    write_segment(sent, {(WHEEL, PIP): 1000})

    def dies(name: str) -> None:
        if name == "stored":
            raise Died

    with pytest.raises(Died):
        count_downloads(sent, open_raw(sent), dies)  # is in the files, and in the queue
    for _ in range(2):
        assert main(["stats", "send", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"days": 3}
        count(sent)
        assert total(sent) == 1035
    found = shown()
    assert found["site"]["last_day"] == expected["site"]["last_day"] + 1000
    assert found["most"] == [("demo", 1009), ("other", 12)]  # what was deleted is nobody's


def main_refusal() -> None:
    from cheeseshop.stats.flows.send import send_everything
    from cheeseshop.storage import open_store

    store = open_store()
    send_everything(store, open_raw(store))


HOSTILE = (
    "INSERT INTO downloads (downloads) VALUES (1)",
    "DROP TABLE downloads",
    "SET readonly = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_execution_time = 9999",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:9/x', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1:9', 'system.one')",
    "CREATE TABLE other (a Int8) ENGINE = Memory",
    "SELECT 1 FORMAT CSV",
    "SELECT",
    "SELECT no_such_column FROM downloads",
)


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_statement_does_nothing_but_read(sent: Store, statement: str) -> None:
    count(sent)
    with pytest.raises(Refusal):
        open_raw(sent).query(statement, 10)


def test_memory_rows_and_time_are_bounded(sent: Store, server: str) -> None:
    store = open_raw(sent)
    with pytest.raises(Refusal, match=r"[Mm]emory"):
        store.query("SELECT count() FROM (SELECT number, MD5(toString(number)) FROM numbers(1e9) GROUP BY ALL)", 10)
    assert len(store.query("SELECT * FROM numbers(1000000000000)", 10).rows) == 10
    with pytest.raises(UnreachableError, match=r"TIMEOUT|does not answer"):
        ClickHouse(server).select("SELECT sum(number) FROM numbers(1000000000000)", seconds=0.2)
