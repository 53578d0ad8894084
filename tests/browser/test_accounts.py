# SPDX-License-Identifier: Apache-2.0
"""An account's whole life in Chromium, with its virtual authenticator, at desktop and phone width."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.index import Index, live_index
from tests.support.mailbox import Mailbox

_CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.index,
    pytest.mark.skipif(_CHROMIUM is None, reason="Chromium is not installed: apt install chromium"),
]
PASSWORD = "plum tractor seven lanterns"
ARTEFACTS = Path("tests/artefacts")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(tmp_path_factory.mktemp("index"), CHEESESHOP_DEBUG="yes") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Person:
    """Somebody at a browser: reads pages, mails, codes; every page that is looked at is checked by axe."""

    def __init__(self, index: Index, browser: Browser, name: str, width: int) -> None:
        self.index, self.name, self.width = index, name, width
        self.address = f"{name}@example.org"
        self.mailbox = Mailbox(index.data)
        self.context: BrowserContext = browser.new_context(viewport={"width": width, "height": 900})
        self.page: Page = self.context.new_page()
        self.failures: list[str] = []
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))
        self.page.on("console", lambda said: self.failures.append(said.text) if said.type == "error" else None)
        self._steps: set[int] = set()
        self.secret = ""
        self.codes: list[str] = []
        self._device()

    def _device(self) -> None:
        self.cdp = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator = made["authenticatorId"]

    def go(self, path: str) -> None:
        self.page.goto(self.index.url + path)
        self.look()

    def look(self) -> None:
        """Check the page that is shown, and keep a picture of it."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        ARTEFACTS.mkdir(exist_ok=True)
        place = self.page.url.removeprefix(self.index.url).split("?")[0].strip("/").replace("/", "-")[:60] or "home"
        self.page.screenshot(path=ARTEFACTS / f"account-{place}-{self.width}.png", full_page=True)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state("networkidle")

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state("networkidle")
        self.look()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)

    def at(self, path: str) -> bool:
        return self.page.url.removeprefix(self.index.url).split("?")[0] == path

    def code(self) -> str:
        """The next code of the application that was not used yet; a step early counts, so that nobody waits."""
        present = int(time.time()) // 30
        step = next(s for s in range(present - 1, present + 2) if s > max(self._steps, default=0))
        self._steps.add(step)
        return format_hotp_value(hotp_value(self.secret, step))

    def log_in(self) -> None:
        self.go("/account/login/")
        self.fill("Username", self.name)
        self.fill("Password", PASSWORD)
        self.press("Log in")

    def log_out(self) -> None:
        self.press("Log out")
        assert self.page.get_by_role("link", name="Log in", exact=True).count() == 1

    def last_confirmation_was(self, seconds: int) -> None:
        """Simulate that time went by since the password was confirmed, in the session's own record."""
        key = next(c["value"] for c in self.context.cookies() if c["name"] == "session_id")
        _age_session(self.index, key, seconds)


def _age_session(index: Index, key: str, seconds: int) -> None:
    program = f"""
from django.contrib.sessions.backends.db import SessionStore
store = SessionStore({key!r})
records = store["account_authentication_methods"]
for each in records:
    each["at"] -= {seconds}
store["account_authentication_methods"] = records
store.save()
"""
    _in_the_index(index, program)


@pytest.mark.parametrize(("name", "width"), [("desktop", 1280), ("phone", 375)])
def test_an_account_from_registration_to_history(  # noqa: PLR0915 - one story, in its order
    index: Index, browser: Browser, name: str, width: int
) -> None:
    person = Person(index, browser, name, width)
    page = person.page

    person.go("/")
    person.follow("Register")
    person.fill("Full name", "A Person")
    person.fill("E-mail address", person.address)
    person.fill("Username", name)
    person.fill("Password", PASSWORD)
    expect(page.get_by_text("This password is very strong.")).to_be_visible()
    person.fill("Password (again)", PASSWORD)
    person.press("Register")
    assert person.at("/manage/unverified-account/"), page.url
    person.look()

    person.go("/manage/account/")
    assert person.at("/manage/unverified-account/")
    page.goto(person.mailbox.link(person.address, "Verify your e-mail"))
    person.look()
    person.press("Verify the address")
    assert person.at("/manage/account/"), page.url
    person.look()

    person.go("/manage/recoveries/")
    assert person.at("/manage/account/two-factor/"), page.url
    person.follow("Set up an application")
    person.secret = page.locator("pre code").inner_text()
    assert len(person.secret) == 32
    person.fill("Code that the application shows", "000000")
    person.press("Set up the application")
    assert "wrong" in page.locator(".error").inner_text()
    person.look()
    assert page.locator("pre code").inner_text() == person.secret
    person.fill("Code that the application shows", person.code())
    person.press("Set up the application")
    assert person.at("/manage/account/recovery-codes/"), page.url
    person.look()
    person.codes = [text.replace(" ", "") for text in page.locator(".codes code").all_inner_texts()]
    assert len(person.codes) == 8
    person.go("/manage/account/recovery-codes/")
    assert page.locator(".codes code").count() == 0  # shown once
    person.go("/manage/recoveries/")
    assert person.at("/manage/account/recovery-codes/burn/")
    person.fill("One of your recovery codes", person.codes.pop())
    person.press("Confirm")
    assert person.at("/manage/account/"), page.url

    person.go("/manage/account/webauthn-provision/")
    person.fill("Name of the device", "Blue key")
    person.press("Add the device")
    page.wait_for_url("**/two-factor/")
    person.look()
    assert page.get_by_text("Blue key", exact=True).count() == 1
    person.go("/manage/account/webauthn-provision/")
    person.fill("Name of the device", "Passkey")
    page.get_by_label("Passwordless").check()
    person.log_out()

    # With the application. The browser is known since registration.
    person.log_in()
    person.look()
    person.fill("Code", person.code())
    person.press("Log in")
    person.look()
    person.press("No, ask again")
    assert person.at("/manage/account/"), page.url
    person.log_out()

    # With the security device.
    person.log_in()
    person.press("Use a security device")
    page.wait_for_url("**/remember/")
    person.press("No, ask again")
    person.log_out()

    # With a recovery code.
    person.log_in()
    person.fill("Code", person.codes.pop())
    person.press("Log in")
    person.press("No, ask again")
    person.mailbox.newest(person.address, "recovery code was used")

    # An hour later a sensitive page asks for the password, and leads on.
    person.last_confirmation_was(3500)
    person.go("/manage/account/emails/")
    assert person.at("/manage/account/emails/")
    person.last_confirmation_was(200)
    person.go("/manage/account/emails/")
    assert person.at("/account/reauthenticate/"), page.url
    person.fill("Password", PASSWORD)
    person.press("Confirm")
    assert person.at("/manage/account/emails/"), page.url
    person.fill("New e-mail address", f"second-{person.address}")
    person.press("Add the address")
    page.goto(person.mailbox.link(f"second-{person.address}", "Verify your e-mail"))
    person.press("Verify the address")
    person.go("/manage/account/emails/")
    person.press(f"Make second-{person.address} the primary address")
    person.mailbox.newest(f"{name}@", "primary e-mail address")

    person.go("/manage/account/sessions/")
    person.go("/manage/account/history/")
    told = page.locator("tbody").inner_text()
    for event in ("Account created", "Logged in", "E-mail address verified", "Two-factor method added",
                  "Recovery codes made", "Recovery codes confirmed", "Recovery code used", "Logged out",
                  "Password confirmed for a sensitive action", "E-mail address added",
                  "Primary e-mail address changed", "totp", "webauthn", "Chrome"):  # fmt: skip
        assert event in told, event
    assert person.failures == []
    person.context.close()


def set_up(index: Index, browser: Browser, name: str, width: int = 1280) -> Person:
    """Somebody with a verified address, an application and recovery codes, who just registered."""
    person = Person(index, browser, name, width)
    person.page.goto(f"{index.url}/account/register/")
    for label, value in (("E-mail address", person.address), ("Username", name), ("Password", PASSWORD),
                         ("Password (again)", PASSWORD)):  # fmt: skip
        person.fill(label, value)
    person.press("Register")
    person.page.goto(person.mailbox.link(person.address, "Verify your e-mail"))
    person.press("Verify the address")
    person.page.goto(f"{index.url}/manage/account/totp-provision/")
    person.secret = person.page.locator("pre code").inner_text()
    person.fill("Code that the application shows", person.code())
    person.press("Set up the application")
    person.codes = [text.replace(" ", "") for text in person.page.locator(".codes code").all_inner_texts()]
    person.page.goto(f"{index.url}/manage/account/recovery-codes/burn/")
    person.fill("One of your recovery codes", person.codes.pop())
    person.press("Confirm")
    return person


@pytest.mark.parametrize(("name", "width"), [("wide", 1280), ("narrow", 320)])
def test_every_account_page_is_free_of_barriers(index: Index, browser: Browser, name: str, width: int) -> None:
    person = set_up(index, browser, name, width)
    for path in ("", "emails/", "password/", "two-factor/", "totp-remove/", "webauthn-provision/", "recovery-codes/",
                 "sessions/", "history/", "delete/"):  # fmt: skip
        person.go(f"/manage/account/{path}")
        assert person.at(f"/manage/account/{path}"), person.page.url
    person.press("Delete the account")  # without typing the name: the form says what is missing
    person.look()
    assert person.page.evaluate("document.activeElement.name") == "username"
    person.go("/account/logout/")
    person.go("/account/reauthenticate/?next=/manage/account/")
    person.log_out()
    for path in ("login/", "register/", "request-password-reset/", "recover/", "inactive/", "reset-password/a-b/",
                 "verify-email/a:b:c/", "request-password-reset/sent/"):  # fmt: skip
        person.go(f"/account/{path}")
    person.go("/account/recover/")
    person.press("Ask for the account")
    person.look()
    person.go("/help/")
    assert person.failures == []
    person.context.close()


def test_a_passkey_logs_in_alone_and_old_answers_and_copies_do_not(index: Index, browser: Browser) -> None:
    person = set_up(index, browser, "passkey")
    page = person.page
    person.go("/manage/account/webauthn-provision/")
    person.fill("Name of the device", "Passkey")
    page.get_by_label("Passwordless").check()
    person.press("Add the device")
    page.wait_for_url("**/two-factor/")
    assert page.get_by_text("passkey", exact=True).count() >= 1
    person.log_out()

    person.go("/account/login/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    person.press("Log in with a passkey")
    page.wait_for_url("**/manage/account/")
    credential = parse_qs(sent[-1])["credential"][0]
    person.go("/manage/account/history/")
    assert "webauthn" in page.locator("tbody").inner_text()
    person.log_out()

    # The same answer once more, to another challenge.
    person.log_in()
    page.locator("#webauthn_form [name=credential]").evaluate("(field, value) => { field.value = value }", credential)
    page.locator("#webauthn_form").evaluate("form => form.submit()")
    expect(page.get_by_text("The security device was not accepted.")).to_be_visible()
    assert person.at("/account/two-factor/")

    # A copy of the device, whose counter is behind.
    session = person.cdp
    (kept,) = session.send("WebAuthn.getCredentials", {"authenticatorId": person.authenticator})["credentials"]
    session.send("WebAuthn.removeCredential",
                 {"authenticatorId": person.authenticator, "credentialId": kept["credentialId"]})  # fmt: skip
    session.send("WebAuthn.addCredential",
                 {"authenticatorId": person.authenticator, "credential": kept | {"signCount": 0}})  # fmt: skip
    person.press("Use a security device")
    page.get_by_text("it may be a copy").first.wait_for()
    assert person.at("/account/two-factor/")
    person.context.close()


def test_the_last_device_stays_and_a_second_one_may_go(index: Index, browser: Browser) -> None:
    person = set_up(index, browser, "keeper")
    page = person.page
    person.go("/manage/account/webauthn-provision/")
    person.press("Add the device")
    page.wait_for_url("**/two-factor/")
    person.go("/manage/account/totp-remove/")
    person.press("Remove the application")
    assert page.get_by_role("link", name="Set up an application").count() == 1
    page.get_by_role("link", name="Remove Security device 1").click()
    person.look()
    person.press("Remove the device")
    person.look()
    assert "This is your last method" in page.locator("main").inner_text()
    page.get_by_role("link", name="Rename Security device 1").click()
    person.fill("Name of the device", "The last one")
    person.press("Rename the device")
    assert page.get_by_text("The last one", exact=True).count() == 1
    person.context.close()


def test_a_lost_account_is_given_back(index: Index, browser: Browser) -> None:
    lost = set_up(index, browser, "loser")
    lost.log_out()
    lost.go("/account/recover/")
    lost.fill("Username of the account", "loser")
    lost.fill("E-mail address where we reach you", "found@example.org")
    lost.fill("What happened", "My bag was stolen, with everything in it.")
    lost.press("Ask for the account")
    lost.look()

    chief = set_up(index, browser, "chief")
    _make_staff(index, "chief")
    chief.go("/manage/recoveries/")
    chief.follow("loser")
    chief.fill("What to ask, or why it is refused", "Publish 7f3a in your repository.")
    chief.press("Ask for a proof")
    chief.look()
    lost.page.goto(lost.mailbox.link("found@example.org", "a proof is needed"))
    lost.look()
    lost.fill("Your answer", "It is there now.")
    lost.press("Answer")
    chief.page.reload()
    assert "It is there now." in chief.page.locator("main").inner_text()
    chief.press("Grant the recovery")
    chief.look()
    body = lost.mailbox.newest("found@example.org", "recovery was granted").get_body(("plain",))
    assert body is not None
    link = body.get_content().split("Your link:\n")[1].split()[0]
    lost.page.goto(link)
    lost.look()
    assert "works from" in lost.page.locator("main").inner_text()
    _wait_is_over(index)
    lost.page.goto(link)
    lost.look()
    lost.fill("New Password", f"{PASSWORD} again")
    lost.fill("New Password (again)", f"{PASSWORD} again")
    lost.press("Recover the account")
    lost.fill("Username", "loser")
    lost.fill("Password", f"{PASSWORD} again")
    lost.press("Log in")
    assert lost.at("/manage/account/"), lost.page.url
    lost.go("/manage/account/history/")
    assert "Account recovered" in lost.page.locator("tbody").inner_text()
    chief.context.close()
    lost.context.close()


def _in_the_index(index: Index, program: str) -> None:
    start = "from cheeseshop.config.boot import setup; setup()\n"
    subprocess.run([sys.executable, "-c", start + program], env=index.environ, check=True)


def _make_staff(index: Index, name: str) -> None:
    program = (
        f"from cheeseshop.accounts.models import User; User.objects.filter(username={name!r}).update(is_staff=True)"
    )
    _in_the_index(index, program)


def _wait_is_over(index: Index) -> None:
    program = (
        "from cheeseshop.accounts.models import Recovery; from cheeseshop.core.clock import now\n"
        "Recovery.objects.update(effective_at=now())"
    )
    _in_the_index(index, program)
