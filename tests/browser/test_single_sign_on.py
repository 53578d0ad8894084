# SPDX-License-Identifier: Apache-2.0
"""Single sign-on in Chromium, with a real issuer in another process and password log-in switched off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.index import Index, live_index
from tests.support.issuer import CLIENT, SECRET, become, issuer

pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with issuer() as running:
        yield running


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, address: str) -> Iterator[Index]:
    settings = {
        "CHEESESHOP_OIDC_ISSUER": address,
        "CHEESESHOP_OIDC_NAME": "Example Company",
        "CHEESESHOP_OIDC_CLIENT_ID": CLIENT,
        "CHEESESHOP_OIDC_CLIENT_SECRET": SECRET,
        "CHEESESHOP_OIDC_ROLES": "shopkeepers=administrator, watch=moderator",
        "CHEESESHOP_PASSWORD_LOGIN": "no",
    }
    with live_index(tmp_path_factory.mktemp("index"), **settings) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def log_in(index: Index, page: Page) -> None:
    page.goto(f"{index.url}/account/login/")
    page.get_by_role("button", name="Log in with Example Company").click()
    page.wait_for_load_state("networkidle")


def test_the_issuer_opens_an_account_and_its_groups_give_roles(index: Index, page: Page, address: str) -> None:
    become(address, sub="1", preferred_username="carol", name="Carol", email="carol@example.org",
           email_verified=True, groups=["shopkeepers"])  # fmt: skip
    log_in(index, page)
    assert page.url == f"{index.url}/manage/account/", page.url
    assert page.locator("h1").inner_text() == "carol"
    assert page.get_by_role("link", name="Account recoveries").count() == 1
    page.goto(f"{index.url}/manage/account/history/")
    assert "Single sign-on connected" in page.locator("tbody").inner_text()
    page.get_by_role("button", name="Log out", exact=True).click()

    become(address, sub="1", preferred_username="carol", name="Carol", email="carol@example.org",
           email_verified=True, groups=["others"])  # fmt: skip
    log_in(index, page)
    assert page.get_by_role("link", name="Account recoveries").count() == 0
    page.goto(f"{index.url}/manage/account/history/")
    assert "Roles on the site changed" in page.locator("tbody").inner_text()


def test_a_taken_name_gets_a_number(index: Index, page: Page, address: str) -> None:
    become(address, sub="2", preferred_username="alice", email="other@example.org", email_verified=True)
    log_in(index, page)
    assert page.locator("h1").inner_text() == "alice-2"


def test_an_address_opens_nobodys_account(index: Index, page: Page, address: str) -> None:
    become(address, sub="3", preferred_username="mallory", email="alice@example.org", email_verified=True)
    log_in(index, page)
    assert page.url == f"{index.url}/account/sso/register/"
    page.get_by_label("E-mail address").fill("mallory@example.org")
    page.get_by_role("button", name="Open the account").click()
    page.wait_for_load_state("networkidle")
    assert page.url == f"{index.url}/manage/unverified-account/"  # the issuer vouched for another address
    page.goto(f"{index.url}/manage/account/emails/")
    assert page.get_by_text("mallory@example.org").count() == 1
    assert page.get_by_text("alice@example.org").count() == 0


def test_passwords_are_off(index: Index, page: Page) -> None:
    page.goto(f"{index.url}/account/login/")
    assert page.get_by_label("Password", exact=True).count() == 0
    assert page.get_by_role("link", name="Register").count() == 0
    page.goto(f"{index.url}/account/register/")
    assert page.locator("h1").inner_text() == "Registration is closed"
    for around in ("/account/passkey/", "/account/reset-password/abc-def/"):
        page.goto(index.url + around)
        assert page.url == f"{index.url}/account/login/"
