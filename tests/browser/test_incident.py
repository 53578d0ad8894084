# SPDX-License-Identifier: Apache-2.0
"""An incident from its beginning to its end: a stolen token, a malicious release, reports, quarantine, appeal, removal.

Two workers serve, and unmodified pip tries all the while. Whatever begins after the report is answered gets nothing.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_wheel
from tests.support.browsing import Person, in_the_index, set_up
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]
EVIL = "demo-1.1-py3-none-any.whl"
MEDIA_TYPE = "application/vnd.pypi.api-v0-danger+json"
ASKED = 12  # connections of their own, so that both workers answer some


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("incident"), workers=2) as running:
        yield running


def publish(index: Index, token: str, folder: Path, version: str, code: bytes) -> None:
    built = build_wheel("demo", version, extra={"demo/keys.py": code})
    (folder / built.filename).write_bytes(built.content)
    command = [str(Path(sys.executable).parent / "uv"), "publish", "--publish-url", f"{index.url}/legacy/",
               "--token", token, str(folder / built.filename)]  # fmt: skip
    subprocess.run(command, env=index.environ, capture_output=True, check=True)


class Downloads:
    """Pip, again and again. ``outcomes`` has whether a run began after the word was given, and what it downloaded."""

    def __init__(self, index: Index, folder: Path) -> None:
        self._command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-cache-dir", "--no-deps",
                         "--disable-pip-version-check", "--index-url", f"{index.url}/simple/", "demo"]  # fmt: skip
        self._environ, self._folder = index.environ, folder
        self.held, self._enough = threading.Event(), threading.Event()
        self.outcomes: list[tuple[bool, list[str]]] = []
        self._thread = threading.Thread(target=self._loop)

    def once(self) -> list[str]:
        """Download the project, and return the names of the files that came."""
        folder = self._folder / str(len(self.outcomes))
        folder.mkdir(parents=True)
        subprocess.run(
            [*self._command, "--dest", str(folder)], env=self._environ, capture_output=True, check=False, timeout=120
        )
        return sorted(path.name for path in folder.iterdir())

    def _loop(self) -> None:
        while self.held.is_set() or not self._enough.is_set():  # once the word is given, one more run follows it
            after = self.held.is_set()
            self.outcomes.append((after, self.once()))
            if after:
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join(150)


def statuses(url: str) -> set[int]:
    return {httpx.get(url, trust_env=False).status_code for _ in range(ASKED)}


def file_urls(index: Index) -> dict[str, str]:
    accept = {"accept": "application/vnd.pypi.simple.v1+json"}
    told = httpx.get(f"{index.url}/simple/demo/", headers=accept, trust_env=False).json()
    return {each["filename"]: each["url"] for each in told["files"]}


def report_by_form(bob: Person) -> None:
    bob.go("/project/demo/")
    bob.follow("Report as malware")
    bob.press("Report as malware")
    bob.look()  # every error at its field
    assert bob.page.locator(".summary li").count() == 2
    bob.fill("Where it is", f"{bob.index.url}/project/demo/1.1/inside/{EVIL}/at/demo/keys.py")
    bob.fill("What it does", "It sends every key that it finds to a stranger.")
    bob.press("Report as malware")
    bob.look()
    assert bob.page.get_by_text("Your report of demo is with the moderators").count() == 1


def report_by_api(index: Index) -> int:
    index.command("user", "create", "scanner", "--email", "scanner@example.org", "--password-stdin", "--verified",
                  stdin="plum tractor seven lanterns")  # fmt: skip
    index.command("user", "roles", "scanner", "--give", "observer", "--reason", "Scans every upload.")
    token = index.command("token", "create", "--user", "scanner").stdout.strip()
    told = {
        "kind": "is_malware",
        "summary": "keys.py sends the environment away.",
        "inspector_url": f"{index.url}/project/demo/1.1/inside/{EVIL}/at/demo/keys.py",
    }
    headers = {"authorization": f"Bearer {token}", "content-type": MEDIA_TYPE}
    url = f"{index.url}/danger-api/projects/demo/observations"
    return httpx.post(url, json=told, headers=headers, trust_env=False, timeout=60).status_code


def appeal(olga: Person) -> None:
    olga.page.goto(olga.mailbox.link(olga.address, "demo is in quarantine"))
    olga.look()
    olga.fill("What speaks for it", "Somebody stole my token; release 1.1 is not mine. I have removed the token.")
    olga.press("Appeal")
    olga.look()
    assert olga.page.get_by_text("Your appeal waits for a moderator.").count() == 1


def judge(ruth: Person) -> None:
    ruth.page.goto(ruth.mailbox.link(ruth.address, "An appeal for demo"))
    ruth.look()
    assert ruth.page.get_by_text("Somebody stole my token").count() == 1
    case = ruth.page.url
    ruth.follow("The observation that it goes back to")
    ruth.fill("Version or file name", EVIL)
    ruth.press("Remove the release or file")
    ruth.look()
    assert ruth.page.locator(".summary, .notice.danger").count() >= 1  # a reason is owed
    ruth.fill("Reason", "The file sends keys to a stranger; it was not uploaded by its owner.")
    ruth.press("Remove the release or file")
    ruth.look()
    ruth.page.goto(case)
    ruth.fill("Note", "The file is removed, and the token that uploaded it is gone.")
    ruth.press("Clear demo")
    ruth.look()


def test_from_the_stolen_token_to_the_clean_project(index: Index, browser: Browser, tmp_path: Path) -> None:
    olga, bob, ruth = (
        set_up(index, browser, name, width) for name, width in (("olga", 375), ("bob", 375), ("ruth", 1280))
    )
    in_the_index(
        index, "from cheeseshop.accounts.models import User; User.objects.filter(username='ruth').update(is_staff=True)"
    )
    stolen = index.command("token", "create", "--user", "olga").stdout.strip()
    publish(index, stolen, tmp_path, "1.0", b"KEYS = ()\n")
    publish(index, stolen, tmp_path, "1.1", b"import os; send(os.environ)\n")
    urls = file_urls(index)
    with Downloads(index, tmp_path / "downloads") as pip:
        report_by_form(bob)
        assert statuses(urls[EVIL]) == {200}  # one report by somebody who is not trusted holds nothing
        assert report_by_api(index) == 202
        pip.held.set()
        assert [statuses(url) for url in urls.values()] == [{404}, {404}]
        assert file_urls(index) == {}
    assert [files for after, files in pip.outcomes if after] == [[]]
    assert [EVIL] in [files for after, files in pip.outcomes if not after]

    appeal(olga)
    judge(ruth)
    assert statuses(urls["demo-1.0-py3-none-any.whl"]) == {200}
    assert statuses(urls[EVIL]) == {404}
    assert pip.once() == ["demo-1.0-py3-none-any.whl"]
    for person, subject in ((bob, "Your report of demo is decided"), (olga, "demo is out of quarantine"),
                            (olga, "Your appeal for demo is answered")):  # fmt: skip
        assert person.mailbox.newest(person.address, subject)
    the_journal_tells_it(olga)
    found = index.command("verify", check=False).stdout.splitlines()
    assert [line for line in found if not line.startswith("orphan: ")] == []  # what was removed waits for the sweeper
    for person in (olga, bob, ruth):
        assert person.failures == []
        person.context.close()


def the_journal_tells_it(olga: Person) -> None:
    olga.go("/manage/project/demo/history/")
    told = olga.page.locator("tbody").inner_text()  # newest first
    story = [
        "quarantine cleared", f"remove file {EVIL}", "project quarantined", f"add py3 file {EVIL}", "create",
    ]  # fmt: skip
    places = [told.find(line) for line in story]
    assert -1 not in places, told
    assert places == sorted(places), told
