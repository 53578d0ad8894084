# SPDX-License-Identifier: Apache-2.0
"""What unmodified pip and uv make of a yank: passed over at once, unless it is asked for by its very version."""

import sys

import httpx
import pytest

from tests.clients.conftest import Run
from tests.support.index import Index

pytestmark = [pytest.mark.clients, pytest.mark.index]
REASON = "Loses <data> & more"


def call(index: Index, token: str, path: str, **told: str) -> None:
    reply = httpx.post(
        f"{index.url}/api/v1/projects/wanted/{path}",
        json=told,
        headers={"authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert reply.status_code == 200, reply.text


def pip(index: Index, run: Run, wanted: str) -> tuple[set[str], str]:
    """What pip would take for a requirement, and everything it said."""
    done = run(
        "pip", "install", "--no-cache-dir", "--dry-run", "--ignore-installed", "--no-deps", "--index-url",
        f"{index.url}/simple/", "--report", "-", "--quiet", wanted, check=False,
    )  # fmt: skip
    found = {version for version in ("1.0", "1.1", "2.0") if f'"version": "{version}"' in done.stdout}
    return found, done.stdout + done.stderr


def uv(index: Index, run: Run, wanted: str) -> tuple[str, str]:
    """What uv resolves a requirement to, and what it warned of."""
    done = run(
        "uv", "pip", "install", "--dry-run", "--no-cache", "--default-index", f"{index.url}/simple/",
        "--python", sys.executable, wanted, check=False,
    )  # fmt: skip
    return " ".join(done.stderr.split()).partition("wanted==")[2].partition(" ")[0], done.stderr


def test_installers_pass_a_yanked_release_or_file_over_unless_it_is_pinned(index: Index, run: Run, dist) -> None:
    paths = [dist("wanted", version)[0] for version in ("1.0", "1.1", "2.0")]
    run("uv", "publish", "--publish-url", f"{index.url}/legacy/", "--token", index.token, *paths)
    made = index.command("token", "create", "--user", "alice", "--description", "yanks", "--action", "yank")
    token = made.stdout.strip()
    assert (pip(index, run, "wanted")[0], uv(index, run, "wanted")[0]) == ({"2.0"}, "2.0")
    call(index, token, "releases/2.0/yank", reason=REASON)
    call(index, token, "files/wanted-1.1-py3-none-any.whl/yank", reason="")
    assert (pip(index, run, "wanted")[0], uv(index, run, "wanted")[0]) == ({"1.0"}, "1.0")
    found, said = pip(index, run, "wanted==2.0")
    assert (found, REASON in said) == ({"2.0"}, True)
    found_by_uv, warned = uv(index, run, "wanted==2.0")
    assert (found_by_uv, REASON in " ".join(warned.split())) == ("2.0", True)
    assert pip(index, run, "wanted==1.1")[0] == {"1.1"}
    call(index, token, "releases/2.0/unyank")
    call(index, token, "files/wanted-1.1-py3-none-any.whl/unyank")
    assert (pip(index, run, "wanted")[0], uv(index, run, "wanted")[0]) == ({"2.0"}, "2.0")
