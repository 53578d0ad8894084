# SPDX-License-Identifier: Apache-2.0
"""Quarantine acts on every worker before the command returns, for unmodified pip, and is undone as quickly."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.index import Index, live_index

pytestmark = [pytest.mark.clients, pytest.mark.index]
ASKED = 12  # connections of their own, so that both workers answer some


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("two"), workers=2) as running:
        yield running


def statuses(url: str) -> set[int]:
    return {httpx.get(url, trust_env=False).status_code for _ in range(ASKED)}


def test_nobody_gets_what_is_held_from_any_worker(
    two_workers: Index, run: Callable[..., object], dist: Callable[..., list[str]]
) -> None:
    index = two_workers
    run("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *dist("taken", "1.0"))
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    page = f"{index.url}/simple/taken/"
    urls = [each["url"] for each in httpx.get(page, headers=accept, trust_env=False).json()["files"]]
    download = ("pip", "download", "--no-cache-dir", "--no-deps", "--index-url", f"{index.url}/simple/", "taken==1.0")
    run(*download)
    assert [statuses(url) for url in urls] == [{200}, {200}]

    case = index.command("quarantine", "add", "taken", "--reason", "It reads keys.").stdout.strip()
    assert [statuses(url) for url in urls] == [{404}, {404}]
    for _ in range(ASKED):
        told = httpx.get(page, headers=accept, trust_env=False).json()
        assert (told["files"], told["project-status"]["status"]) == ([], "quarantined")
    assert statuses(f"{index.url}/pypi/taken/json") == {404}
    refused = run(*download, check=False)
    assert "No matching distribution found for taken==1.0" in refused.stderr  # type: ignore[attr-defined]
    again = run(
        "uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *dist("taken", "2.0"),
        check=False,
    )  # fmt: skip
    assert "is in quarantine" in " ".join(again.stderr.split())  # type: ignore[attr-defined]

    assert json.loads(index.command("quarantine", "list", "--json").stdout)[0]["title"] == "taken"
    index.command("quarantine", "clear", case)
    assert [statuses(url) for url in urls] == [{200}, {200}]
    run(*download)
    assert index.command("verify").returncode == 0
