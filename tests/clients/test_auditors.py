# SPDX-License-Identifier: Apache-2.0
"""Unmodified pip-audit learns from us what is known of a requirement."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.advisories.conftest import record
from tests.support.index import Index

pytestmark = [pytest.mark.clients, pytest.mark.index]


def test_pip_audit_reports_what_we_know(
    index: Index, run: Callable[..., object], dist: Callable[..., list[str]], tmp_path: Path
) -> None:
    run("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *dist("burning", "1.0"))
    told = record("OSV-2026-7", affected=[{"package": {"ecosystem": "PyPI", "name": "burning"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]}])  # fmt: skip
    (tmp_path / "OSV-2026-7.json").write_text(json.dumps(told))
    done = index.command("advisories", "load", str(tmp_path / "OSV-2026-7.json"), "--json")
    assert json.loads(done.stdout)["projects"] == ["burning"]
    (tmp_path / "requirements.txt").write_text("burning==1.0\nother==1.0\n")
    found = run(
        "pip-audit", "--no-deps", "--disable-pip", "--vulnerability-service", "osv", "--osv-url",
        f"{index.url}/osv/v1/query", "-r", "requirements.txt", "--format", "json", "--progress-spinner", "off",
        check=False,
    )  # fmt: skip
    assert found.returncode == 1, found.stderr  # type: ignore[attr-defined]
    reported = {each["name"]: each["vulns"] for each in json.loads(found.stdout)["dependencies"]}  # type: ignore[attr-defined]
    assert reported["other"] == []
    assert [({v["id"], *v["aliases"]}, v["fix_versions"]) for v in reported["burning"]] == [
        ({"OSV-2026-7", "CVE-2026-1"}, ["1.1"])
    ]
