# SPDX-License-Identifier: Apache-2.0
"""The site in Chromium: at three widths, light and dark, by keyboard, and with no request to strangers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.archives import build_sdist, build_wheel
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]

README = """# A heading

Some *text*, a [link](https://example.org/), a picture ![of nothing](https://images.example.org/a.png)
<script>alert("no")</script>

| a | b |
| - | - |
| 1 | 2 |

    a line of code that is long enough to be wider than any telephone that anybody carries about with them today
"""
PAGES = ["/", "/project/shown/", "/project/shown/1.0/files/", "/project/shown/1.0/releases/",
         "/project/shown/1.0/provenance/", "/user/alice/",
         "/search/?q=sh", "/legacy/", "/nothing/here", "/dev/components/",
         "/project/shown/1.0/inside/shown-1.0-py3-none-any.whl/",
         "/project/shown/1.0/inside/shown-1.0-py3-none-any.whl/at/shown/__init__.py",
         "/project/shown/2.0rc1/inside/shown-2.0rc1-py3-none-any.whl/difference/?from=1.0"]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("index")
    packages = folder / "packages"
    packages.mkdir()
    lines = ["Summary: A project that is shown", "Description-Content-Type: text/markdown", "License: MIT"]
    for filename, data in (
        build_wheel("shown", "1.0", metadata_lines=lines, description=README),
        build_sdist("shown", "1.0"),
        build_wheel("shown", "2.0rc1"),
    ):
        (packages / filename).write_bytes(data)
    with live_index(folder, CHEESESHOP_DEBUG="yes") as running:
        running.command("import", str(packages), "--user", "alice")
        yield running


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark"), (320, "light")])
def test_every_page_fits_and_asks_nobody_else(index: Index, browser: Browser, width: int, scheme: str) -> None:
    artefacts = Path("tests/artefacts")
    artefacts.mkdir(exist_ok=True)
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    failures: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failures.append(str(error)))
    for number, path in enumerate(PAGES):
        answer = page.goto(index.url + path)
        assert answer is not None
        assert answer.status == (404 if path == "/nothing/here" else 200), path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1:not(.description h1)").count() == 1, path
        page.screenshot(path=artefacts / f"{number}-{width}-{scheme}.png", full_page=True)
    page.close()
    assert [url for url in asked if not url.startswith(index.url)] == []
    assert failures == []


def test_the_description_is_rendered_and_sanitised(index: Index, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{index.url}/project/shown/1.0/")
    article = page.locator("article.description")
    assert article.locator("table").count() == 1
    assert article.locator("script").count() == 0
    assert "nofollow" in (article.locator("a", has_text="link").get_attribute("rel") or "")
    page.close()


def test_the_keyboard_reaches_the_content_and_copies_the_command(index: Index, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{index.url}/project/shown/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.locator("button.copy").first.focus()
    page.keyboard.press("Enter")
    page.locator("button.copy", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"pip install --index-url {index.url}/simple/ shown"
    context.close()


def test_search_works_without_scripts(index: Index, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(index.url)
    page.get_by_label("Search projects").fill("SHO")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="shown").click()
    assert page.locator("h1").first.inner_text().startswith("shown")
    context.close()
