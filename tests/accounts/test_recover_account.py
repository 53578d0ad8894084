# SPDX-License-Identifier: Apache-2.0
"""Getting an account back: asked, proved, granted, waited for, done; and cancelled from any of its mails."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from cheeseshop.accounts.models import Recovery, User
from cheeseshop.core.clock import now
from cheeseshop.notify.models import Mail
from tests.support.actors import Visitor, forget_limits, link_in, member, newest_mail
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db
REACH = "new-place@example.org"
NEW = {"password1": "plum tractor seven lanterns", "password2": "plum tractor seven lanterns"}


def ask(name: str = "lost") -> bytes:
    forget_limits()
    form = {"username": name, "reach": REACH, "story": "My phone and my mailbox are gone."}
    return bytes(Visitor().post("/account/recover/", form).content)


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = member("root")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return visitor


@pytest.fixture
def lost() -> User:
    user = make_user("lost")
    EmailAddress.objects.create(user=user, email="old@example.org", verified=False)
    Authenticator.objects.create(user=user, type="totp", data={"secret": ""})
    return user


def press(administrator: Visitor, button: str, text: str = "") -> None:
    administrator.post(f"/manage/recoveries/{Recovery.objects.get().pk}/", {button: "", "text": text})


def test_the_answer_is_the_same_and_every_address_is_told(lost: User) -> None:
    assert ask("nobody") == ask("lost") == ask("lost")
    assert Recovery.objects.count() == 1
    told = set(Mail.objects.filter(kind="recovery-opened").values_list("recipient", flat=True))
    assert told == {"lost@example.org", "old@example.org", REACH}


def test_from_the_question_to_the_new_password(lost: User, administrator: Visitor) -> None:
    ask()
    page = administrator.get(f"/manage/recoveries/{Recovery.objects.get().pk}/").content.decode()
    assert "My phone and my mailbox are gone." in page
    assert "lost@example.org (verified)" in page
    assert "Account recovery asked for" in page
    press(administrator, "ask")
    assert Recovery.objects.get().state == "open"  # a question needs words
    press(administrator, "ask", "Publish 7f3a in your repository.")
    mail = newest_mail(REACH, "recovery-question")
    assert "7f3a" in mail.text
    visitor = Visitor()
    assert b"7f3a" in visitor.get(link_in(mail)).content
    visitor.post(link_in(mail), {"answer": "It is there."})
    assert (Recovery.objects.get().state, Recovery.objects.get().answer) == ("open", "It is there.")
    press(administrator, "grant")
    granted = newest_mail(REACH, "recovery-granted")
    assert "Your link:" in granted.text
    assert "Your link:" not in newest_mail("lost@example.org", "recovery-granted").text
    link = "/" + granted.text.split("Your link:\n", 1)[1].split("\n")[0].split("/", 3)[3]
    assert visitor.get(link).status_code == 409  # the waiting period
    assert visitor.post(link, NEW).status_code == 409
    lost.refresh_from_db()
    assert lost.check_password("a long password")
    Recovery.objects.update(effective_at=now() - timedelta(minutes=1))
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, NEW).headers["location"] == "/account/login/"
    lost.refresh_from_db()
    assert lost.check_password(NEW["password1"])
    assert not Authenticator.objects.filter(user=lost).exists()
    assert lost.email == REACH
    assert visitor.post(link, NEW).status_code == 409  # once
    assert {m.recipient for m in Mail.objects.filter(kind="recovery-done")} >= {"lost@example.org", REACH}


def test_any_of_its_mails_cancels_it_even_when_it_is_granted(lost: User, administrator: Visitor) -> None:
    ask()
    press(administrator, "grant")
    granted = newest_mail(REACH, "recovery-granted")
    cancel = (
        "/" + newest_mail("old@example.org", "recovery-opened").text.split("http", 1)[1].split("/", 3)[3].split()[0]
    )
    visitor = Visitor()
    assert b"Cancel the recovery" in visitor.get(cancel).content
    assert Recovery.objects.get().state == "granted"  # looking changes nothing
    visitor.post(cancel, {"cancel": ""})
    assert Recovery.objects.get().state == "cancelled"
    Recovery.objects.update(effective_at=now() - timedelta(minutes=1))
    link = "/" + granted.text.split("Your link:\n", 1)[1].split("\n")[0].split("/", 3)[3]
    assert visitor.post(link, NEW).status_code == 409
    ask()  # another one may be opened
    assert Recovery.objects.count() == 2


def test_it_lapses_after_two_weeks_and_links_are_of_one_kind(lost: User, administrator: Visitor) -> None:
    ask()
    press(administrator, "grant")
    Recovery.objects.update(effective_at=now() - timedelta(days=15))
    granted = newest_mail(REACH, "recovery-granted")
    link = "/" + granted.text.split("Your link:\n", 1)[1].split("\n")[0].split("/", 3)[3]
    visitor = Visitor()
    assert b"two weeks" in visitor.post(link, NEW).content
    token = link.split("/")[-2]
    assert visitor.get(f"/account/recover/cancel/{token}/").status_code == 404
    assert visitor.get("/account/recover/forged/").status_code == 404


def test_only_administrators_decide(lost: User) -> None:
    ask()
    _, visitor = member("other")
    url = f"/manage/recoveries/{Recovery.objects.get().pk}/"
    assert visitor.get(url).status_code == 403
    assert visitor.post(url, {"grant": ""}).status_code == 403
    assert Recovery.objects.get().state == "open"


def test_an_administrator_refuses_with_a_reason(lost: User, administrator: Visitor) -> None:
    ask()
    press(administrator, "refuse", "The proof is not there.")
    assert Recovery.objects.get().state == "cancelled"
    assert "The proof is not there." in newest_mail(REACH, "recovery-cancelled").text
    press(administrator, "grant")
    assert Recovery.objects.get().state == "cancelled"
    assert administrator.get("/manage/recoveries/").status_code == 200
