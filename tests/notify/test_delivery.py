# SPDX-License-Identifier: Apache-2.0
"""Mails: rendered from one text, queued with the transaction, delivered over real SMTP, and forgotten then."""

import email
import re
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client

from cheeseshop.core.clock import now
from cheeseshop.notify.flows import ATTEMPTS, deliver_due, send
from cheeseshop.notify.models import Mail
from cheeseshop.notify.previews import TOLD, kinds
from cheeseshop.notify.rendering import render_mail
from tests.support.index import free_port, live_index

pytestmark = pytest.mark.django_db


class Post:
    """An SMTP server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer


@pytest.fixture
def post(settings: object) -> Iterator[Post]:
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST = "127.0.0.1"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = controller.port  # type: ignore[attr-defined]
    yield handler
    controller.stop()


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_says_what_happened_and_what_to_do(kind: str) -> None:
    found = render_mail(kind, TOLD)
    assert 10 < len(found.subject) < 80
    assert "Hello alice," in found.text
    assert "{" not in found.text + found.subject
    assert "\n\n\n" not in found.text
    html = BeautifulSoup(found.html, "html.parser")
    assert html.h1 is not None
    assert html.h1.text == found.subject
    assert {a["href"] for a in html.find_all("a") if a["href"].startswith("http")} == {
        link.rstrip(".") for link in re.findall(r"https?://\S+", found.text)
    }


def test_what_is_told_is_never_markup() -> None:
    found = render_mail("token-created", TOLD | {"token": "<script>alert(1)</script>\n<b>"})
    assert "<script>" not in found.html
    assert "<script>" in found.text


def test_a_mail_is_delivered_as_text_and_html_and_forgotten(post: Post) -> None:
    send("verify-address", ["a@example.org"], TOLD)
    assert deliver_due() == 1
    (mail,) = post.mails
    assert (mail["To"], mail["Subject"]) == ("a@example.org", "Verify your e-mail address for Cheeseshop")
    assert mail["From"] == "noreply@localhost"
    assert str(TOLD["link"]) in plain(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert str(TOLD["link"]) in html.get_content()
    assert not Mail.objects.exists()


def test_a_line_break_makes_no_header(post: Post) -> None:
    send("verify-address", ["a@example.org\nBcc: b@example.org"], TOLD)
    send("verify-address", ["a@example.org"], TOLD)
    Mail.objects.filter(recipient="a@example.org").update(subject="One\r\nBcc: b@example.org")
    assert deliver_due() == 0
    assert post.mails == []
    assert "BadHeaderError" in Mail.objects.get(recipient="a@example.org").error


def test_what_is_rolled_back_is_not_sent(post: Post) -> None:
    def fail() -> None:
        with transaction.atomic():
            send("verify-address", ["a@example.org"], TOLD)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert deliver_due() == 0


def test_a_refused_mail_is_tried_again_ever_later_then_given_up_without_its_text(post: Post) -> None:
    post.answer = "451 come back later"
    send("verify-address", ["a@example.org"], TOLD)
    waits = []
    for _ in range(ATTEMPTS):
        assert deliver_due() == 0
        mail = Mail.objects.get()
        assert "come back later" in mail.error
        if mail.due_at is not None:
            waits.append(round((mail.due_at - now()).total_seconds()))
            assert deliver_due() == 0  # not before its time
            Mail.objects.update(due_at=now())
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (60, 120, 6 * 3600)
    mail = Mail.objects.get()
    assert (mail.due_at, mail.text, mail.html, mail.attempts) == (None, "", "", ATTEMPTS)
    post.answer = "250 OK"
    assert deliver_due() == 0


def test_a_server_that_is_away_loses_nothing(settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 9  # type: ignore[attr-defined]
    send("verify-address", ["a@example.org"], TOLD)
    assert deliver_due() == 0
    assert Mail.objects.get().text


def test_developers_see_every_mail(client: Client) -> None:
    page = client.get("/dev/mails/").content.decode()
    for kind in kinds():
        assert f"/dev/mails/{kind}/" in page
    assert b"<h1" in client.get("/dev/mails/verify-address/").content
    assert client.get("/dev/mails/verify-address/?form=text").headers["content-type"].startswith("text/plain")
    assert client.get("/dev/mails/base/").status_code == 404


@pytest.mark.index
def test_a_whole_index_hands_its_mails_to_the_server_that_its_settings_name(tmp_path: Path) -> None:
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings = {
        "CHEESESHOP_MAIL_URL": f"smtp://127.0.0.1:{controller.port}",
        "CHEESESHOP_MAIL_FROM": "shop@example.org",
    }
    try:
        with live_index(tmp_path, **settings):  # it makes a token, of which its holder is told
            end = time.monotonic() + 20
            while not handler.mails and time.monotonic() < end:
                time.sleep(0.05)
    finally:
        controller.stop()
    (mail,) = handler.mails
    assert (mail["From"], mail["To"]) == ("shop@example.org", "alice@example.org")
    assert "API token" in mail["Subject"]
    assert not list((tmp_path / "var" / "mail").iterdir())
