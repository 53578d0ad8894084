# SPDX-License-Identifier: Apache-2.0
"""An index with three releases, and records in the OSV format."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cheeseshop.core import current
from cheeseshop.storage import Store, open_store
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, make_user, upload


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    store = open_store()
    token = make_token(make_user())
    for version in ("1.0", "1.5", "2.0"):
        assert upload(store, token, build_wheel("demo", version)).status == 200
    return store


def record(identity: str = "OSV-1", **changes: Any) -> dict[str, Any]:
    """A record that speaks of demo before 2.0."""
    told = {
        "schema_version": "1.6.0",
        "id": identity,
        "modified": "2026-01-01T00:00:00Z",
        "published": "2025-12-31T00:00:00Z",
        "aliases": ["CVE-2026-1"],
        "summary": "It burns <everything>",
        "details": "# What\n\nIt burns.",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "Demo", "purl": "pkg:pypi/demo"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
                "versions": ["1.0", "1.5"],
            }
        ],
        "references": [{"type": "ADVISORY", "url": "https://advisories.example/1"}],
    }
    return told | changes


def as_bytes(*records: dict[str, Any]) -> list[tuple[str, bytes]]:
    return [(each["id"], json.dumps(each).encode()) for each in records]
