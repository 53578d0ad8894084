# SPDX-License-Identifier: Apache-2.0
"""Two people at two browsers manage one project, and real installers see what they did."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_wheel
from tests.support.browsing import Person, set_up
from tests.support.index import Index, live_index

_UV = str(Path(sys.executable).parent / "uv")
pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), workers=2) as running:
        yield running


def publish(index: Index, token: str, folder: Path, *versions: str) -> "subprocess.CompletedProcess[str]":
    folder.mkdir(exist_ok=True)
    for version in versions:
        filename, data = build_wheel("demo", version)
        (folder / filename).write_bytes(data)
    command = [_UV, "publish", "--publish-url", f"{index.url}/legacy/", "--token", token, f"{folder}/*"]
    return subprocess.run(command, env=index.environ, capture_output=True, text=True, check=False)


def pip_finds(index: Index, folder: Path, wanted: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "-d", str(folder),
               "-i", f"{index.url}/simple/", wanted]  # fmt: skip
    return subprocess.run(command, env=index.environ, capture_output=True, text=True, check=False)


def uv_finds(index: Index, wanted: str, folder: Path) -> str:
    command = [_UV, "pip", "compile", "--no-cache", "--no-header", "--default-index", f"{index.url}/simple/", "-"]
    done = subprocess.run(
        command, env=index.environ, input=wanted, capture_output=True, text=True, check=False, cwd=folder
    )
    return done.stdout + done.stderr


def make_token(person: Person, name: str, scope: str) -> str:
    person.go("/manage/account/tokens/")
    person.follow("Make a token")
    person.fill("Name of the token", name)
    person.page.get_by_label("Good for", exact=True).select_option(label=scope)
    person.press("Make the token")
    person.look()
    return person.page.locator("pre code").first.inner_text()


def test_a_project_in_the_hands_of_two(  # noqa: PLR0915 - one story, in its order
    index: Index, browser: Browser, tmp_path: Path
) -> None:
    ann, ben = set_up(index, browser, "ann", 1280), set_up(index, browser, "ben", 375)
    ann.go("/manage/projects/")
    done = publish(index, make_token(ann, "laptop", "The whole account"), tmp_path / "one", "1.0", "2.0")
    assert done.returncode == 0, done.stderr

    ann.go("/manage/projects/")
    ann.follow("demo")
    ann.follow("Collaborators")
    ann.fill("Username", "ben")
    ann.press("Invite")
    ann.look()
    ben.page.goto(ben.mailbox.link(ben.address, "You are invited to demo"))
    ben.look()
    ben.press("Accept")
    assert ben.at("/manage/project/demo/releases/"), ben.page.url
    ben.look()
    ben.follow("2.0")
    assert ben.page.get_by_role("button", name="Yank 2.0").count() == 0  # maintainers upload, and no more
    done = publish(index, make_token(ben, "ci", "The project demo"), tmp_path / "two", "2.1")
    assert done.returncode == 0, done.stderr

    assert "demo-2.1" in pip_finds(index, tmp_path / "a", "demo").stdout
    ann.go("/manage/project/demo/release/2.1/")
    ann.fill("Reason", "It forgets to close the door")
    ann.press("Yank 2.1")
    ann.look()
    assert "demo-2.0" in pip_finds(index, tmp_path / "b", "demo").stdout
    pinned = pip_finds(index, tmp_path / "c", "demo==2.1")
    assert "It forgets to close the door" in pinned.stdout + pinned.stderr
    assert "demo==2.0" in uv_finds(index, "demo", tmp_path)
    assert "demo==2.1" in uv_finds(index, "demo==2.1", tmp_path)
    ann.press("Un-yank 2.1")
    assert "demo==2.1" in uv_finds(index, "demo", tmp_path)

    ann.go("/manage/project/demo/file/demo-2.1-py3-none-any.whl/")
    ann.fill("Type demo-2.1-py3-none-any.whl to delete it", "demo-2.1-py3-none-any.whl")
    ann.press("Delete the file")
    ann.look()
    gone = pip_finds(index, tmp_path / "d", "demo==2.1")
    assert gone.returncode != 0
    again = publish(index, index.token, tmp_path / "two", "2.1")
    assert again.returncode != 0

    ann.go("/manage/project/demo/history/")
    told = ann.page.locator("tbody").inner_text()
    for line in ("create", "add Owner ann", "add Maintainer ben", "yank release", "unyank release", "remove file"):
        assert re.search(rf"\b{line}\b", told), line
    ann.go("/manage/project/demo/settings/")
    ann.page.get_by_label("Status").select_option("archived")
    ann.press("Set the status")
    ann.look()
    ann.go("/manage/account/tokens/")
    ann.follow("Revoke laptop")
    ann.press("Revoke the token")
    ann.look()
    assert (ann.failures, ben.failures) == ([], [])
    ann.context.close()
    ben.context.close()
