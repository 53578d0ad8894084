# SPDX-License-Identifier: Apache-2.0
"""An administrator at a browser, wide and narrow: logs in with a second factor, finds an account, freezes it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_wheel
from tests.support.browsing import Person, log_in_with_a_second_factor, set_up
from tests.support.index import Index, live_index

_UV = str(Path(sys.executable).parent / "uv")
pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), workers=2) as running:
        yield running


def publish(index: Index, token: str, folder: Path, version: str) -> str:
    """Publish by uv, and return how it went."""
    name, data = build_wheel("shoes", version)
    (folder / name).write_bytes(data)
    command = [_UV, "publish", "--publish-url", f"{index.url}/legacy/", "--token", token, str(folder / name)]
    done = subprocess.run(command, env=index.environ, capture_output=True, text=True, check=False)
    return "published" if done.returncode == 0 else done.stderr


def look_at_both(ruth: Person) -> None:
    """Check the page that is shown on a telephone, and at a desk."""
    for width in (375, 1280):
        ruth.page.set_viewport_size({"width": width, "height": 900})
        ruth.width = width
        ruth.look()


def test_an_account_is_found_frozen_and_let_go_on(index: Index, browser: Browser, tmp_path: Path) -> None:
    ruth = set_up(index, browser, "ruth", 1280)
    index.command("user", "roles", "ruth", "--give", "administrator")  # which logs her out
    created = ("spammer", "--email", "spammer@example.org", "--password-stdin", "--verified")
    index.command("user", "create", *created, stdin="plum tractor seven\n")
    token = index.command("token", "create", "--user", "spammer").stdout.strip()
    assert publish(index, token, tmp_path, "1.0") == "published"

    ruth.page.goto(f"{index.url}/admin/")
    log_in_with_a_second_factor(ruth)
    look_at_both(ruth)
    ruth.page.get_by_role("link", name="People", exact=True).click()
    ruth.fill("Search", "SPAM")
    ruth.press("Show")
    look_at_both(ruth)
    ruth.page.get_by_role("link", name="spammer", exact=True).click()
    look_at_both(ruth)
    ruth.page.get_by_role("link", name="Freeze", exact=True).click()
    ruth.press("Freeze")
    look_at_both(ruth)
    assert ruth.page.locator(".summary li").count() == 1  # a reason is owed
    ruth.fill("Reason", "It publishes advertisements for shoes.")
    ruth.press("Freeze")
    assert ruth.page.get_by_text("Freeze: done.").count() == 1
    assert "It publishes advertisements for shoes." in ruth.page.locator("main").inner_text()
    assert "403" in publish(index, token, tmp_path, "1.1")
    assert ruth.mailbox.newest("spammer@example.org", "Your account was frozen")

    ruth.page.get_by_role("link", name="Nuke", exact=True).click()
    look_at_both(ruth)
    ruth.page.get_by_role("link", name="Leave it as it is", exact=True).click()
    ruth.page.get_by_role("link", name="Unfreeze", exact=True).click()
    ruth.fill("Reason", "It was somebody else.")
    ruth.press("Unfreeze")
    assert publish(index, token, tmp_path, "1.2") == "published"
    assert ruth.failures == []
    ruth.context.close()
