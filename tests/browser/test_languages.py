# SPDX-License-Identifier: Apache-2.0
"""Languages in Chromium: chosen without scripts and remembered, asked for by the browser, from right to left."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index")) as running:
        yield running


def test_a_language_is_chosen_without_scripts_and_remembered(index: Index, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{index.url}/help/translations/")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.select_option("#language", "de")
    page.locator("footer form.languages button").click()
    assert page.url == f"{index.url}/help/translations/"
    words = page.locator("header nav a").all_inner_texts()
    assert words == ["Einfacher Index", "Veröffentlichen", "Hilfe", "Anmelden", "Registrieren"]
    page.goto(f"{index.url}/account/login/")
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.locator("header nav a").first.inner_text() == "Einfacher Index"
    context.close()


def test_hebrew_begins_at_the_right_and_fits_a_telephone(index: Index, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="he-IL")
    page = context.new_page()
    for path in ("/", "/help/translations/", "/account/login/", "/nothing/here"):
        page.goto(index.url + path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        brand = page.locator("a.brand").bounding_box()
        assert brand is not None
        assert brand["x"] + brand["width"] > 280, path
    context.close()
