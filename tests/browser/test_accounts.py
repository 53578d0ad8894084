# SPDX-License-Identifier: Apache-2.0
"""An account's whole life in Chromium, with its virtual authenticator, at desktop and phone width."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import PASSWORD, Person, in_the_index, set_up
from tests.support.index import Index, live_index

pytestmark = [pytest.mark.browser, pytest.mark.index]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(
        tmp_path_factory.mktemp("index"), CHEESESHOP_DEBUG="yes", CHEESESHOP_TRUSTED_PROXIES="1"
    ) as running:
        yield running


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


def test_an_unknown_browser_waits_for_the_mail_and_is_known_then(index: Index, browser: Browser) -> None:
    person = set_up(index, browser, "traveller")
    person.log_out()
    person.context.clear_cookies()
    person.context.set_extra_http_headers({"X-Forwarded-For": "198.51.100.9"})
    person.log_in()
    person.fill("Code", person.code())
    person.press("Log in")
    assert person.at("/account/confirm-login/"), person.page.url
    person.look()
    link = person.mailbox.link(person.address, "Confirm that it is you")
    elsewhere = browser.new_context()
    page = elsewhere.new_page()
    page.goto(link)
    assert page.url == f"{index.url}/account/login/"  # another browser has no log-in to finish
    elsewhere.close()
    person.page.goto(link)
    person.press("Remember for 30 days")
    assert person.at("/manage/account/")
    person.go("/manage/account/history/")
    told = person.page.locator("tbody").inner_text()
    assert "Device confirmed" in told
    assert "198.51.100.9" in told
    person.log_out()
    person.log_in()
    assert person.at("/manage/account/"), "a remembered browser is not asked for the second factor"
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


def _make_staff(index: Index, name: str) -> None:
    program = (
        f"from cheeseshop.accounts.models import User; User.objects.filter(username={name!r}).update(is_staff=True)"
    )
    in_the_index(index, program)


def _wait_is_over(index: Index) -> None:
    program = (
        "from cheeseshop.accounts.models import Recovery; from cheeseshop.core.clock import now\n"
        "Recovery.objects.update(effective_at=now())"
    )
    in_the_index(index, program)
