# SPDX-License-Identifier: Apache-2.0
"""An incident from its beginning to its end: an account is taken over, and a keeper of the site ends it.

A malicious release, reports, quarantine, appeal; the account is frozen, its tokens are revoked, the file is removed,
the project restored; the journal tells it all, and pip-audit an advisory.

Two workers serve, and unmodified pip tries all the while. Whatever begins after the report is answered gets nothing.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import pytest
from playwright.sync_api import Browser

from tests.advisories.conftest import record
from tests.support.archives import build_wheel
from tests.support.browsing import Person, log_in_with_a_second_factor, set_up
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index, pytest.mark.timeout(900)]
EVIL = "demo-1.1-py3-none-any.whl"
MEDIA_TYPE = "application/vnd.pypi.api-v0-danger+json"
ASKED = 12  # connections of their own, so that both workers answer some


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("incident"), workers=2) as running:
        yield running


def publish(index: Index, token: str, folder: Path, version: str, code: bytes) -> str:
    """Publish by uv, and return what it complained of."""
    built = build_wheel("demo", version, extra={"demo/keys.py": code})
    (folder / built.filename).write_bytes(built.content)
    command = [str(Path(sys.executable).parent / "uv"), "publish", "--publish-url", f"{index.url}/legacy/",
               "--token", token, str(folder / built.filename)]  # fmt: skip
    done = subprocess.run(command, env=index.environ, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


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


def act(ruth: Person, button: str, reason: str) -> None:
    """Follow the link to an action of administration, and do it with a reason."""
    ruth.page.get_by_role("link", name=button, exact=True).first.click()
    ruth.fill("Reason", reason)
    ruth.press(button)
    ruth.look()
    assert ruth.page.get_by_text(f"{button}: done.").count() == 1


def find(ruth: Person, heading: str, term: str, name: str) -> None:
    """Look something up in a list of administration."""
    ruth.page.goto(f"{ruth.index.url}/admin/")
    ruth.page.get_by_role("link", name=heading, exact=True).click()
    ruth.fill("Search", term)
    ruth.press("Show")
    ruth.page.get_by_role("link", name=name, exact=True).first.click()
    ruth.look()


def freeze(ruth: Person) -> None:
    ruth.page.goto(f"{ruth.index.url}/admin/")
    log_in_with_a_second_factor(ruth)
    find(ruth, "People", "olga", "olga")
    act(ruth, "Freeze", "Somebody else publishes as her.")


def revoke(ruth: Person, descriptions: list[str]) -> None:
    for each in descriptions:
        find(ruth, "API tokens", "@olga", each)
        act(ruth, "Revoke token", "It was stolen, or may have been.")


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
    index.command("user", "roles", "ruth", "--give", "moderator", "--reason", "Keeps the index clean.")
    own, stolen = (index.command("token", "create", "--user", "olga", "--description", each).stdout.strip()
                   for each in ("build", "laptop"))  # fmt: skip
    assert publish(index, own, tmp_path, "1.0", b"KEYS = ()\n") == ""
    assert publish(index, stolen, tmp_path, "1.1", b"import os; send(os.environ)\n") == ""
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
    freeze(ruth)
    assert "403" in publish(index, stolen, tmp_path, "1.2", b"")
    assert logged_out(olga)
    revoke(ruth, ["laptop", "build"])
    judge(ruth)
    find(ruth, "People", "olga", "olga")
    act(ruth, "Unfreeze", "She has her account again.")
    for token in (own, stolen):
        assert "403" in publish(index, token, tmp_path, "1.2", b"")
    assert statuses(urls["demo-1.0-py3-none-any.whl"]) == {200}
    assert statuses(urls[EVIL]) == {404}
    assert pip.once() == ["demo-1.0-py3-none-any.whl"]
    for person, subject in ((bob, "Your report of demo is decided"), (olga, "demo is out of quarantine"),
                            (olga, "Your appeal for demo is answered")):  # fmt: skip
        assert person.mailbox.newest(person.address, subject)
    olga.page.goto(f"{index.url}/manage/projects/")
    log_in_with_a_second_factor(olga)
    the_journal_tells_it(olga)
    the_security_history_tells_it(olga)
    the_deeds_tell_it(ruth)
    pip_audit_warns(index, tmp_path)
    found = index.command("verify", check=False).stdout.splitlines()
    assert [line for line in found if not line.startswith("orphan: ")] == []  # what was removed waits for the sweeper
    for person in (olga, bob, ruth):
        assert person.failures == []
        person.context.close()


def logged_out(person: Person) -> bool:
    person.page.goto(f"{person.index.url}/manage/projects/")
    return person.at("/account/login/")


def the_security_history_tells_it(olga: Person) -> None:
    olga.go("/manage/account/history/")
    told = olga.page.locator("main").inner_text()
    assert_in_order(told, [
        "Account no longer frozen", "build: It was stolen", "laptop: It was stolen", "Account frozen by",
        "API token used for the first time",
    ])  # fmt: skip


def the_deeds_tell_it(ruth: Person) -> None:
    ruth.page.goto(f"{ruth.index.url}/admin/")
    ruth.page.get_by_role("link", name="Deeds of keepers", exact=True).click()
    ruth.look()
    story = ["She has her account again.", "It was stolen, or may have been.", "Somebody else publishes as her."]
    assert_in_order(ruth.page.locator("tbody").inner_text(), story)


def pip_audit_warns(index: Index, folder: Path) -> None:
    """Whoever has pinned the bad release is told so by unmodified pip-audit."""
    affected = {"package": {"ecosystem": "PyPI", "name": "demo"}, "versions": ["1.1"],
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.1"}, {"fixed": "1.2"}]}]}  # fmt: skip
    told = record("MAL-2026-1", aliases=[], affected=[affected], summary="It sends the environment to a stranger")
    (folder / "MAL-2026-1.json").write_text(json.dumps(told))
    index.command("advisories", "load", str(folder / "MAL-2026-1.json"))
    for version, found in (("1.0", False), ("1.1", True)):
        (folder / "requirements.txt").write_text(f"demo=={version}\n")
        command = [str(Path(sys.executable).parent / "pip-audit"), "--no-deps", "--disable-pip", "-r",
                   str(folder / "requirements.txt"), "--vulnerability-service", "osv", "--osv-url",
                   f"{index.url}/osv/v1/query", "--progress-spinner", "off"]  # fmt: skip
        done = subprocess.run(command, env=index.environ, capture_output=True, text=True, check=False, timeout=200)
        assert ("MAL-2026-1" in done.stdout) is found, done.stdout + done.stderr


def the_journal_tells_it(olga: Person) -> None:
    olga.go("/manage/project/demo/history/")
    told = olga.page.locator("tbody").inner_text()  # newest first
    story = [
        "quarantine cleared", f"remove file {EVIL}", "project quarantined", f"add py3 file {EVIL}", "create",
    ]  # fmt: skip
    assert_in_order(told, story)


def assert_in_order(told: str, story: list[str]) -> None:
    places = [told.find(line) for line in story]
    assert -1 not in places, told
    assert places == sorted(places), told
