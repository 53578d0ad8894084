# SPDX-License-Identifier: Apache-2.0
"""Three people at three browsers: a name is asked for and changes hands; then its new owner needs more room."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_wheel
from tests.support.browsing import Person, in_the_index, set_up
from tests.support.index import Index, live_index

_UV = str(Path(sys.executable).parent / "uv")
_MIB = 1024 * 1024
pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), workers=2, CHEESESHOP_MAX_FILE_SIZE=str(_MIB)) as running:
        yield running


def publish(index: Index, username: str, folder: Path, wheel: tuple[str, bytes]) -> str:
    """Publish by uv, and return what it printed."""
    folder.mkdir(exist_ok=True)
    (folder / wheel[0]).write_bytes(wheel[1])
    token = index.command("token", "create", "--user", username).stdout.strip()
    command = [_UV, "publish", "--publish-url", f"{index.url}/legacy/", "--token", token, str(folder / wheel[0])]
    done = subprocess.run(command, env=index.environ, capture_output=True, text=True, check=False)
    return f"{'published' if done.returncode == 0 else 'refused'} {done.stderr}"


def ask_for_the_name(bob: Person) -> None:
    bob.go("/manage/claims/")
    bob.follow("Ask for a name")
    bob.press("Ask for the name")
    bob.look()  # every error at its field, and a summary that leads to each
    assert bob.page.locator(".summary li").count() == 4
    bob.fill("Name of the project", "demo")
    bob.page.get_by_label("Abandoned: I want to go on with its maintenance").check()
    bob.fill("What shows that", "No release since 2019, and the repository is closed.")
    bob.fill("What you will do with the name", "I go on with its maintenance, in a fork with three releases.")
    bob.fill("Your first attempt to reach the owners: when", "2026-01-02")
    bob.fill("Your first attempt: how", "A mail to the address in the metadata")
    bob.press("Ask for the name")
    bob.look()
    assert bob.page.get_by_role("heading", name="Claim of demo").count() == 1


def answer_as_owner(olga: Person) -> None:
    olga.page.goto(olga.mailbox.link(olga.address, "Your project demo is claimed"))
    olga.look()
    assert olga.page.get_by_role("button", name="Keep demo").count() == 1
    olga.follow("log in")
    olga.press("Give demo away")
    olga.look()
    assert olga.page.get_by_text("An owner gives the project away").count() == 1


def decide_claim(ruth: Person) -> None:
    ruth.page.goto(ruth.mailbox.link(ruth.address, "A claim for the name demo"))
    ruth.look()
    ruth.go("/manage/claims/queue/")
    ruth.follow("demo")
    ruth.press("Transfer to bob")
    assert ruth.page.locator(".summary").count() == 1  # a reason is owed
    ruth.fill("Why, or what you ask", "The owner agrees, and the fork is good.")
    ruth.press("Transfer to bob")
    ruth.look()
    assert ruth.page.locator(".lead").inner_text() == "Transferred"


def test_a_name_changes_hands(index: Index, browser: Browser, tmp_path: Path) -> None:
    bob, olga, ruth = (
        set_up(index, browser, name, width) for name, width in (("bob", 375), ("olga", 375), ("ruth", 1280))
    )
    in_the_index(
        index, "from cheeseshop.accounts.models import User; User.objects.filter(username='ruth').update(is_staff=True)"
    )
    assert publish(index, "olga", tmp_path, build_wheel("demo", "1.0")).startswith("published")
    assert publish(index, "olga", tmp_path, build_wheel("reqeusts", "1.0")).startswith("published")
    ruth.go("/manage/observations/")
    ruth.follow("reqeusts")
    ruth.press("Close as harmless")
    ruth.look()

    ask_for_the_name(bob)
    answer_as_owner(olga)
    decide_claim(ruth)
    assert "transferred to bob" in str(
        bob.mailbox.newest(bob.address, "The claim of demo is decided").get_body(("plain",))
    )
    assert olga.mailbox.newest(olga.address, "The claim of demo is decided")
    bob.page.goto(index.url + "/manage/project/demo/history/")
    told = bob.page.locator("tbody").inner_text()
    for line in ("transfer to bob: The owner agrees", "remove Owner olga", "add Owner bob"):
        assert line in told, told
    assert "refused" in publish(index, "olga", tmp_path, build_wheel("demo", "1.1"))
    assert publish(index, "bob", tmp_path, build_wheel("demo", "2.0")).startswith("published")

    more_room(index, bob, ruth, tmp_path)
    for person in (bob, olga, ruth):
        assert person.failures == []
        person.context.close()


def more_room(index: Index, bob: Person, ruth: Person, folder: Path) -> None:
    model = random.Random(1).randbytes(_MIB + _MIB // 2)
    large = build_wheel("demo", "3.0", extra={"demo/model.bin": model})
    refused = publish(index, "bob", folder, large)
    assert refused.startswith("refused")
    assert "File too large. Limit for project 'demo' is 1 MB" in refused
    bob.go("/help/")
    bob.go("/manage/project/demo/settings/")
    bob.follow("See the limits of its size, or ask for larger ones")
    bob.fill("Largest file, in MiB", "2")
    bob.fill("Reason", "The model is one and a half MiB large.")
    bob.press("Ask for larger limits")
    bob.look()
    ruth.page.goto(ruth.mailbox.link(ruth.address, "Larger limits for demo"))
    ruth.look()
    ruth.press("Grant these limits")
    ruth.look()
    assert "granted: 2 MiB a file" in str(bob.mailbox.newest(bob.address, "The limits of demo").get_body(("plain",)))
    bob.go("/manage/project/demo/settings/limits/")
    assert bob.page.get_by_text("A file has 2.0 MiB at most").count() == 1
    assert publish(index, "bob", folder, large).startswith("published")
