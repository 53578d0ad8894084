# SPDX-License-Identifier: Apache-2.0
"""A running index scans what is uploaded to it, and never makes an uploader wait for that."""

import sqlite3
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.support.archives import build_wheel
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.index, pytest.mark.faults]


def observed(index: Index) -> list[str]:
    statement = "SELECT summary FROM moderation_observation"
    if url := index.environ.get("CHEESESHOP_DATABASE_URL"):
        with psycopg.connect(url) as connection:
            return [str(row[0]) for row in connection.execute(statement)]
    with sqlite3.connect(index.data / "db.sqlite3") as connection:
        return [str(row[0]) for row in connection.execute(statement)]


def test_uploads_are_scanned(tmp_path: Path) -> None:
    rules, built = tmp_path / "rules", tmp_path / "dist"
    rules.mkdir()
    built.mkdir()
    (rules / "a.yar").write_text('rule evil { strings: $a = "evil" condition: $a }')
    filename, data = build_wheel("demo", "1.0", extra={"demo/a.py": b"evil"})
    (built / filename).write_bytes(data)
    with live_index(tmp_path, CHEESESHOP_YARA_RULES=str(rules)) as index:
        index.command("import", str(built), "--user", "alice")
        found: list[str] = []
        for _ in range(10_000):  # the thread comes by each second; an answer takes a moment
            assert httpx.get(f"{index.url}/simple/demo/", trust_env=False).status_code == 200
            if found := observed(index):
                break
        assert found == ["yara:a.yar:evil: The YARA rule evil matches. demo/a.py"]
    assert list((tmp_path / "var" / "spool").iterdir()) == []
