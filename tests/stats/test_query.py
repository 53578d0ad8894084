# SPDX-License-Identifier: Apache-2.0
"""What ``cheeseshop stats query`` answers, and what it refuses, without any database of the index."""

import json
from pathlib import Path

import duckdb
import pytest

from cheeseshop.cli.main import main
from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.raw.parquet import ParquetStore, ask
from cheeseshop.storage import Store

HOSTILE = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('{raw}/../secret.txt')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x')",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/hostname'')')",
    "SELECT * FROM statement",
    "COPY (SELECT 1) TO '{raw}/out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "EXPORT DATABASE '{raw}/all'",
    "ATTACH '{raw}/other.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA enable_external_access = true",
    "PRAGMA database_list; SELECT 1",
    "SET enable_external_access = true",
    "SET memory_limit = '99GB'",
    "RESET memory_limit",
    "SELECT 1; DROP VIEW downloads",
    "CREATE TABLE mine AS SELECT 1",
    "DROP VIEW downloads",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{raw}/out.csv'",
    "CALL pragma_version()",
    "SELECT",
    "",
    "SELECT no_such_column FROM downloads",
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "stats")
    found.prepare()
    (found.root / "secret.txt").write_text("secret")
    return found


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_statement_does_nothing_but_read_downloads(places: Places, statement: str) -> None:
    with pytest.raises(Refusal):
        ParquetStore(places).query(statement.format(raw=places.raw), 10)
    assert list(places.raw.iterdir()) == []


def test_memory_and_rows_are_bounded(places: Places) -> None:
    store = ParquetStore(places)
    with pytest.raises(Refusal, match=r"[Mm]emory"):
        store.query("SELECT count(*) FROM (SELECT DISTINCT range, md5(range::VARCHAR) FROM range(100000000))", 10)
    assert len(store.query("SELECT * FROM range(1000000000000)", 10).rows) == 10


def test_time_is_bounded() -> None:
    with duckdb.connect(":memory:") as connection, pytest.raises(Refusal, match=r"more than 0\.2 seconds"):
        ask(connection, "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range <> b.range", 1, 0.2)


def test_the_command_answers_in_words_and_json(shop: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "query", "SELECT chr(27) AS a, NULL AS b, 3 AS c"]) == 0
    assert capsys.readouterr().out == "a\tb\tc\n\N{REPLACEMENT CHARACTER}\t\t3\n"
    assert main(["stats", "query", "--json", "--limit", "2", "SELECT DATE '2026-01-02' AS day FROM range(3)"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"columns": ["day"], "rows": [["2026-01-02"]] * 2, "more": True}
    assert main(["stats", "query", "--limit", "1", "SELECT * FROM range(2)"]) == 0
    assert "more than these 1 rows" in capsys.readouterr().err
    assert main(["stats", "query", "DROP VIEW downloads"]) == 1
    assert main(["stats", "query", "--limit", "0", "SELECT 1"]) == 1
