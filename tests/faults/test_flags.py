# SPDX-License-Identifier: Apache-2.0
"""A switch that is turned by command acts on every worker of a running index."""

import json
from pathlib import Path

import httpx
import pytest

from tests.support.index import live_index

pytestmark = [pytest.mark.faults, pytest.mark.index]


def test_a_switch_acts_on_all_workers(tmp_path: Path) -> None:
    with live_index(tmp_path, workers=2) as index:

        def answers() -> set[str]:
            headers = {"authorization": f"token {index.token}"}
            return {
                httpx.post(f"{index.url}/legacy/", headers=headers, files={"content": ("a", b"")}).text
                for _ in range(20)
            }

        assert not any("disabled" in text for text in answers())
        told = index.command("flag", "on", "disallow-new-upload", "--note", "Moving.", "--json").stdout
        assert json.loads(told) == {"disallow-new-upload": {"note": "Moving.", "notify": True}}
        for _ in range(1000):  # each answer takes a moment; half a second is over long before the last one
            if len(found := answers()) == 1 and "disabled for now. Moving." in found.pop():
                break
        else:
            pytest.fail("some worker does not know of it")
        number = index.command("banner", "add", "Back at noon").stdout.strip()
        assert "Back at noon" in httpx.get(index.url).text
        index.command("banner", "remove", number)
        assert index.command("flag", "off", "disallow-new-upload").stdout.strip() == "No flag is on."
