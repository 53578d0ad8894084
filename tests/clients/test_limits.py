# SPDX-License-Identifier: Apache-2.0
"""What unmodified clients print when too much was uploaded."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.clients.conftest import Run
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.clients, pytest.mark.index]


def as_made_by_a_person(index: Index) -> None:
    statement = "UPDATE tokens_token SET issued_by_administrator = FALSE"
    if url := index.environ.get("CHEESESHOP_DATABASE_URL"):
        with psycopg.connect(url) as connection:
            connection.execute(statement)
        return
    with sqlite3.connect(index.data / "db.sqlite3", timeout=30) as connection:
        connection.execute(statement)


def test_uploaders_read_that_there_were_too_many(tmp_path: Path, run: Run, dist: object) -> None:
    limits = {"CHEESESHOP_NEW_ACCOUNT_UPLOADS_PER_HOUR": "1", "CHEESESHOP_REQUIRE_2FA_FOR_UPLOAD": "no"}
    (tmp_path / "index").mkdir()
    with live_index(tmp_path / "index", **limits) as index:
        as_made_by_a_person(index)
        first, second = dist("limited", "1.0")  # type: ignore[operator]
        address = f"{index.url}/legacy/"
        run("uv", "publish", "--publish-url", address, "--token", index.token, first)
        done = run("uv", "publish", "--publish-url", address, "--token", index.token, second, check=False)
        assert done.returncode != 0
        assert "429" in done.stderr
        assert "Too many files were uploaded by an account that is new" in " ".join(done.stderr.split())
        upload = ("twine", "upload", "--verbose", "--repository-url", address, "-u", "__token__", "-p", index.token)
        done = run(*upload, second, check=False)
        assert done.returncode != 0
        assert "Too many files were uploaded" in " ".join(done.stdout.split())
