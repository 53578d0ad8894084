# SPDX-License-Identifier: Apache-2.0
"""The captcha in a real browser: the policy of the page lets its script in, on the form of registration alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browsing import PASSWORD, Person
from tests.support.captcha import provider
from tests.support.index import live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]


def test_who_solves_it_is_inside(browser: Browser, tmp_path: Path) -> None:
    with provider() as asked:
        settings = {"CAPTCHA": "hcaptcha", "CAPTCHA_SITE_KEY": "site", "CAPTCHA_SECRET": "secret"}
        named = {f"CHEESESHOP_{key}": value for key, value in settings.items()}
        with live_index(tmp_path, CHEESESHOP_CAPTCHA_URL=asked.url, **named) as index:
            index.command("flag", "on", "require-captcha", "--quiet")
            carol = Person(index, browser, "carol", 375)
            carol.go("/account/register/")
            carol.page.wait_for_selector("input[name=h-captcha-response]", state="attached")
            for label, text in (("E-mail address", carol.address), ("Username", "carol")):
                carol.page.get_by_label(label, exact=True).fill(text)
            for number in ("1", "2"):
                carol.page.locator(f"input[name=password{number}]").fill(PASSWORD)
            carol.press("Register")
            assert "/account/register/" not in carol.page.url
            assert asked.asked[0]["response"] == "good"
            assert carol.failures == []
            load = "src => document.head.append(Object.assign(document.createElement('script'), {src}))"
            carol.page.evaluate(load, f"{asked.url}/api.js")
            carol.go("/")
            assert any("Content Security Policy" in text for text in carol.failures)
