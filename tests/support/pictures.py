# SPDX-License-Identifier: Apache-2.0
"""Takes pictures of every kind of page, to be looked at: ``python -m tests.support.pictures``.

They lie in ``tests/artefacts/pictures``: in English, Japanese and Hebrew, wide and narrow, light and dark. With
``--docs`` the project page's picture in the documentation is taken again too.
"""

import argparse
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.support.index import live_index
from tests.support.shown_site import OF_A_MEMBER, PAGES, ShownSite, shown_site

FOLDER = Path("tests/artefacts/pictures")
_TALL = {"/help/", "/classifiers/"}  # a picture of the whole takes seconds, and shows nothing that its top does not
_LANGUAGES = ("en", "ja", "he")
_SCHEMES = ("light", "dark")
_WIDTHS = (1280, 375)
_AS_INSTALLED = """(url) => {
  for (const each of document.querySelectorAll(".install code")) {
    each.textContent = each.textContent.replace(url, "http://localhost:8000");
  }
}"""


def take(browser: Browser, site: ShownSite, language: str, width: int, scheme: str) -> None:
    """Take a picture of every page in one language, width and colour scheme."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for number, path in enumerate(PAGES):
        cookies = {"language": language} | ({"session_id": site.session} if path in OF_A_MEMBER else {})
        context.clear_cookies()
        context.add_cookies([{"name": k, "value": v, "url": site.index.url} for k, v in cookies.items()])
        page.goto(site.index.url + path)
        name = path.partition("?")[0].strip("/").replace("/", "-")[-40:] or "home"
        where = FOLDER / f"{language}-{width}-{scheme}" / f"{number:02}-{name}.png"
        page.screenshot(path=where, full_page=path not in _TALL)
    context.close()


def for_the_documentation(browser: Browser, folder: Path) -> None:
    """Take the picture of a project's page that the README shows: Django's, fetched from PyPI."""
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder / "files"), "django"]
    subprocess.run(fetch, check=True)
    with live_index(folder) as index:
        index.command("import", str(folder / "files"), "--user", "alice")
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(f"{index.url}/project/django/")
        page.evaluate(_AS_INSTALLED, index.url)
        page.screenshot(path="docs/images/project-page.png")
        page.close()


def main() -> None:
    """Run an index with something on every page, and take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.pictures", description=__doc__)
    parser.add_argument("--docs", action="store_true", help="renew the documentation's picture, and nothing else")
    asked = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("Chromium is not installed: apt install chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if asked.docs:
            for_the_documentation(browser, Path(folder))
        else:
            with shown_site(Path(folder)) as site:
                for language, width, scheme in product(_LANGUAGES, _WIDTHS, _SCHEMES):
                    take(browser, site, language, width, scheme)
        browser.close()


if __name__ == "__main__":
    main()
