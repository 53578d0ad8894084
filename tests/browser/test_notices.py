# SPDX-License-Identifier: Apache-2.0
"""Help, the site's texts and announcements in Chromium: wide, narrow, dark, by keyboard, and without scripts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]

ARTEFACTS = Path("tests/artefacts")
PREPARE = """
from cheeseshop.config.boot import setup; setup()
from tests.support.actors import insider
from cheeseshop.accounts.models import User
from cheeseshop.flags.flows import NewBanner, put_up
from cheeseshop.notices.flows import Edit, announce, change_text
user, visitor = insider("root")
User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
announce("Larger disks on Sunday", "Nothing can be uploaded **until noon**.", "root")
change_text("supporters", Edit("Kept by [the Dairy](https://dairy.example.org/).", 0, "Thanks"), "root")
put_up(NewBanner("Larger disks on Sunday", "warning", "/announcements/"), "root")
print(visitor.session.session_key)
"""
PAGES = ["/manage/texts/", "/manage/texts/supporters/", "/manage/announcements/", "/manage/banners/"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), CHEESESHOP_UPLOAD_2="yes") as running:
        yield running


@pytest.fixture(scope="module")
def session(index: Index) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PREPARE], env=index.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def opened(browser: Browser, index: Index, session: str, **more: Any) -> Page:
    context = browser.new_context(**more)
    context.add_cookies([{"name": "session_id", "value": session, "url": index.url}])
    return context.new_page()


def look(page: Page, width: int, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    ARTEFACTS.mkdir(exist_ok=True)
    place = name.strip("/").replace("/", "-")
    page.screenshot(path=ARTEFACTS / f"notices-{place}-{width}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_every_page_fits_and_has_no_violations(
    index: Index, browser: Browser, session: str, width: int, scheme: str
) -> None:
    page = opened(browser, index, session, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in PAGES:
        answer = page.goto(index.url + path)
        assert answer is not None
        assert answer.status == 200, path
        look(page, width, path)
        page.set_viewport_size({"width": 320, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.set_viewport_size({"width": width, "height": 900})
    page.context.close()


def test_an_administrator_writes_a_page_at_a_phone(index: Index, browser: Browser, session: str) -> None:
    page = opened(browser, index, session, viewport={"width": 375, "height": 900})
    page.goto(f"{index.url}/manage/texts/donate/")
    page.get_by_label("Text", exact=True).fill("## Give\n\nMilk, at the $site_name.")
    page.get_by_role("button", name="Preview the text").click()
    assert page.locator(".preview").get_by_text("Milk, at the Cheeseshop.").count() == 1
    look(page, 375, "preview")
    page.get_by_label("Why", exact=True).evaluate("field => field.removeAttribute('maxlength')")
    page.get_by_label("Why", exact=True).fill("y" * 301)
    page.get_by_role("button", name="Save the text").click()
    assert page.locator(".summary a").count() == 1
    assert page.evaluate("document.activeElement.id") == "id_note"
    look(page, 375, "error")
    page.get_by_label("Why", exact=True).fill("Somebody asked")
    page.get_by_role("button", name="Save the text").click()
    page.get_by_text("Donate: the text is changed.").wait_for()
    page.get_by_text("Somebody asked").click()
    look(page, 375, "history")
    page.locator("footer").get_by_role("link", name="Donate").click()
    assert page.get_by_role("heading", name="Give").count() == 1
    page.context.close()


def test_help_by_keyboard_and_without_scripts(index: Index, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 900})
    page = context.new_page()
    page.goto(f"{index.url}/help/#size-limits")
    heading = page.get_by_role("heading", name="How large may a file be, and how do I get more room?")
    box = heading.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900, "an old fragment leads to the answer"
    page.goto(f"{index.url}/help/")
    link = page.locator("nav.contents a", has_text="What is a yanked release?")
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("/help/#yanked")
    page.keyboard.press("Tab")
    box = page.locator("#yanked a").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900
    context.close()
