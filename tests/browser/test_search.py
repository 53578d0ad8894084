# SPDX-License-Identifier: Apache-2.0
"""Searching in Chromium: while typing, by keyboard, without scripts, on a phone; and with pip's own command."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.archives import build_wheel
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]

LINES = ["Classifier: Framework :: Django", "Classifier: Topic :: Internet"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    packages = folder / "packages"
    packages.mkdir()
    for number in range(22):
        lines = [f"Summary: Lemon cake number {number} & a <b>word</b>", *LINES[number % 2 :]]
        filename, data = build_wheel(f"cake-{number:02}", "1.0", metadata_lines=lines)
        (packages / filename).write_bytes(data)
    with live_index(folder) as running:
        running.command("import", str(packages), "--user", "alice")
        until = time.monotonic() + 60
        while asked(running) != 22:
            assert time.monotonic() < until, "the index does not follow the journal"
            time.sleep(0.3)  # not faster than searches are answered
        yield running


def asked(index: Index) -> int:
    """How many of the projects are found by now."""
    return int(httpx.get(f"{index.url}/search.json?q=lemon", trust_env=False, timeout=60).json().get("total", 0))


def look(page: Page, name: str, width: int) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    artefacts = Path("tests/artefacts")
    artefacts.mkdir(exist_ok=True)
    page.screenshot(path=artefacts / f"search-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_results_follow_what_is_typed(index: Index, browser: Browser, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    failures: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{index.url}/search/?q=lemon&c=Framework+::+Django")
    assert page.locator(".hits li").count() == 11
    look(page, "narrowed", width)
    box = page.get_by_role("searchbox", name="Search projects")
    box.focus()
    page.keyboard.press("End")
    page.keyboard.type(" number 4")
    expect(page.locator(".hits li")).to_have_count(1, timeout=30_000)
    assert page.locator(".hits .name").inner_text() == "cake-04"
    assert page.locator("h1").inner_text() == "Results for “lemon number 4”"
    assert page.locator("#said").inner_text() == "1 project"
    assert "q=lemon+number+4" in page.url.replace("%20", "+")
    assert "Framework" in page.url, "the filter stays"
    assert page.evaluate("document.activeElement.id") == "search-box"
    look(page, "typed", width)
    page.goto(f"{index.url}/search/?q=cake-099")
    assert page.get_by_role("link", name="cake-09", exact=True).count() == 1
    look(page, "meant", width)
    page.goto(f"{index.url}/classifiers/?q=internet")
    look(page, "classifiers", width)
    page.close()
    assert failures == []
    assert [url for url in asked if not url.startswith(index.url)] == []


def test_everything_works_without_scripts_and_by_keyboard(index: Index, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{index.url}/")
    page.get_by_role("searchbox", name="Search projects").focus()
    page.keyboard.type("lemon")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=lemon")
    assert page.locator(".hits li").count() == 20
    assert page.locator(".hits p").first.inner_text().endswith("& a <b>word</b>")
    page.get_by_role("link", name="Next page").click()
    assert page.locator(".hits li").count() == 2
    page.locator("summary", has_text="Framework").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show these").press("Enter")
    page.wait_for_url("**c=Framework*")
    assert page.locator("p.quiet b").first.inner_text() == "11"
    context.close()


def test_pip_search_works(index: Index) -> None:
    command = [sys.executable, "-m", "pip", "search", "--index", f"{index.url}/pypi", "lemon", "number", "7"]
    done = subprocess.run(command, capture_output=True, text=True, env=index.environ, check=True)
    assert done.stdout.split("\n")[0].startswith("cake-07 (1.0)")
    assert "Lemon cake number 7" in done.stdout
