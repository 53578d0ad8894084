# SPDX-License-Identifier: Apache-2.0
"""Somebody at a real browser, with mails, codes and a security device."""

import subprocess
import sys
import time
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.index import Index
from tests.support.mailbox import Mailbox

PASSWORD = "plum tractor seven lanterns"
ARTEFACTS = Path("tests/artefacts")
_TIME_TO_SEND = 20  # seconds of a step, of 30, after which a page may take too long for the code before it


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
        """Press a button, and wait for the page that its form leads to."""
        found = self.page.get_by_role("button", name=name, exact=True)
        if found.evaluate("button => button.type") == "submit":
            with self.page.expect_navigation():
                found.click()
        else:
            found.click()
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
        """The next code of the application that was not used yet; a step early counts, so that nobody waits.

        A code is taken for one step after its own, so the last one is given only while there is time to send it.
        """
        while True:
            present, gone = divmod(time.time(), 30)
            oldest = int(present) - (1 if gone < _TIME_TO_SEND else 0)
            step = max(oldest, max(self._steps, default=0) + 1)
            if step <= present + 1:
                self._steps.add(step)
                return format_hotp_value(hotp_value(self.secret, step))
            time.sleep(30 - gone)  # three codes within half a minute are all that there are

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
        age_session(self.index, key, seconds)


def age_session(index: Index, key: str, seconds: int) -> None:
    program = f"""
from django.contrib.sessions.backends.db import SessionStore
store = SessionStore({key!r})
records = store["account_authentication_methods"]
for each in records:
    each["at"] -= {seconds}
store["account_authentication_methods"] = records
store.save()
"""
    in_the_index(index, program)


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


def in_the_index(index: Index, program: str) -> None:
    """Run a few lines of Python with the index's settings."""
    start = "from cheeseshop.config.boot import setup; setup()\n"
    subprocess.run([sys.executable, "-c", start + program], env=index.environ, check=True)


def log_in_with_a_second_factor(person: Person) -> None:
    """Log in where the site asks for it, and look at the page that was wanted."""
    person.fill("Username", person.name)
    person.fill("Password", PASSWORD)
    person.press("Log in")
    person.fill("Code", person.code())
    person.press("Log in")
    person.press("No, ask again")
    person.look()
