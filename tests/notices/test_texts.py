# SPDX-License-Identifier: Apache-2.0
"""The site's own texts: shipped ones, those that an administrator wrote, and those that say nothing."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cheeseshop.access.site_roles import SiteRole
from cheeseshop.accounts.flows.restrain import By, set_site_roles
from cheeseshop.accounts.models import User
from cheeseshop.core import current
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.flags.models import Banner
from cheeseshop.notices import flows, state
from cheeseshop.notices.catalogue import BY_KEY, PIECES, shipped
from cheeseshop.notices.flows import LONGEST_SUPPORTERS, Edit, announce, change_text, use_shipped_text
from cheeseshop.notices.models import LONGEST_TEXT, Change, SiteText
from cheeseshop.notices.rendering import placeholders
from tests.support.actors import Visitor, insider

pytestmark = pytest.mark.django_db

WITH_PAGE = [piece for piece in PIECES if piece.path]
SHIPPED = [piece for piece in WITH_PAGE if shipped(piece.key)]
EMPTY = [piece for piece in WITH_PAGE if not shipped(piece.key)]


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = insider("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return visitor


def soup(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content, "html.parser")


def foot(client: Client) -> set[str]:
    return {str(link["href"]) for link in soup(client, "/search/").select("footer a")}


def set_up(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    conf = replace(current.settings(), **changed)
    monkeypatch.setattr(current, "settings", lambda: conf)


@pytest.mark.parametrize("piece", SHIPPED, ids=lambda piece: piece.key)
def test_a_shipped_text_has_a_page_with_the_names_of_this_very_site(
    client: Client, monkeypatch: pytest.MonkeyPatch, piece: Any
) -> None:
    set_up(monkeypatch, site_name="The Dairy", url="https://dairy.example.org", contact="c@dairy.example.org",
           security_contact="holes@dairy.example.org", operator="Milk & Co", forget_addresses_days=17)  # fmt: skip
    found = soup(client, f"/{piece.path}")
    assert found.h1 is not None
    assert found.h1.get_text() == str(piece.title)
    text = found.find("article").get_text()  # type: ignore[union-attr]
    assert not re.search(r"\$[a-z]", text)
    named = set(re.findall(r"\$([a-z_]+)", shipped(piece.key)))
    assert named <= set(placeholders())
    words = {"site_name": "The Dairy", "contact": "c@dairy.example.org", "operator": "Milk & Co", "forget_days": "17",
             "security_contact": "holes@dairy.example.org"}  # fmt: skip
    for name in named & set(words):
        assert words[name] in text, name
    for link in found.select("article a"):
        address = str(link["href"])
        if address.startswith("https://dairy.example.org/help/#"):
            anchor = address.partition("#")[2]
            assert client.get("/help/").content.find(f'id="{anchor}"'.encode()) > 0, anchor
        elif address.startswith("https://dairy.example.org/"):
            assert client.get(address.removeprefix("https://dairy.example.org")).status_code == 200, address


def test_which_texts_are_shipped() -> None:
    assert {piece.key for piece in SHIPPED} == {
        "terms", "privacy", "acceptable-use", "code-of-conduct", "trademarks", "security", "credits",
    }  # fmt: skip


@pytest.mark.parametrize("piece", EMPTY, ids=lambda piece: piece.key)
def test_a_text_that_says_nothing_is_neither_shown_nor_linked(client: Client, piece: Any) -> None:
    assert client.get(f"/{piece.path}").status_code == 404
    for path in ("/", "/sitemap/", "/help/", "/0.sitemap.xml"):
        assert f"/{piece.path}" not in client.get(path).content.decode()
    change_text(piece.key, Edit("Thanks to **all**.", 0), "root")
    assert "<strong>all</strong>" in client.get(f"/{piece.path}").content.decode()
    for path in ("/", "/sitemap/", "/help/", "/0.sitemap.xml"):
        assert f"/{piece.path}" in client.get(path).content.decode(), path


def test_a_shipped_text_can_be_emptied_and_is_not_shown_then(client: Client) -> None:
    assert "/trademarks/" in foot(client)
    change_text("trademarks", Edit("", 0), "root")
    assert "/trademarks/" not in foot(client)
    assert client.get("/trademarks/").status_code == 404
    use_shipped_text("trademarks", Edit("", 1), "root")
    assert "/trademarks/" in foot(client)
    assert client.get("/trademarks/").status_code == 200


def test_without_a_security_page_security_text_names_the_help(client: Client) -> None:
    assert b"/security/" in client.get("/.well-known/security.txt").content
    change_text("security", Edit("", 0), "root")
    assert b"Policy: http://localhost:8000/help/" in client.get("/.well-known/security.txt").content


@pytest.mark.parametrize(
    ("old", "new"),
    [("/policy/terms-of-use/", "/policy/terms/"), ("/policy/privacy-notice/", "/policy/privacy/"),
     ("/2fa/", "/help/#twofa"),
     ("/policy/acceptable-use-policy/", "/policy/acceptable-use/"), ("/sponsor/", "/sponsors/")],
)  # fmt: skip
def test_addresses_of_other_indexes_lead_on(client: Client, old: str, new: str) -> None:
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (301, new)


def test_an_administrator_edits_a_text_looks_first_and_leaves_history(client: Client, administrator: Visitor) -> None:
    path = "/manage/texts/terms/"
    form = soup(administrator, path)
    area = form.find("textarea")
    assert area is not None
    assert area.get_text().strip() == shipped("terms").strip()
    said = {"base": "0", "text": "## New\r\n\r\nBy $site_name.", "note": "The lawyers."}
    preview = administrator.post(path, said | {"preview": ""}).content.decode()
    assert "By Cheeseshop." in preview
    assert "The lawyers." in preview
    assert not SiteText.objects.exists()
    answer = administrator.post(path, said | {"save": ""}, follow=True)
    assert "Terms of use: the text is changed." in answer.content.decode()
    assert "By Cheeseshop." in client.get("/policy/terms/").content.decode()
    change = Change.objects.get()
    assert (change.subject, change.action, change.by, change.note) == ("text terms", "changed", "root", "The lawyers.")
    assert change.text == "## New\n\nBy $site_name."
    page = administrator.get(path).content.decode()
    assert "The lawyers." in page
    administrator.post(path, {"base": "1", "text": "", "note": "", "default": ""})
    assert "hold between you and" in client.get("/policy/terms/").content.decode()
    listing = administrator.get("/manage/texts/").content.decode()
    assert all(str(piece.title) in listing for piece in PIECES)


def test_earlier_words_are_taken_up_again(administrator: Visitor) -> None:
    path = "/manage/texts/terms/"
    for number, text in enumerate(("First words.", "Second words.")):
        change_text("terms", Edit(text, number), "root")
    change_text("privacy", Edit("Of another page.", 0), "root")
    first, _, other = Change.objects.order_by("id")
    assert f"?from={first.pk}#edit" in administrator.get(path).content.decode()

    def begun(asked: str) -> str:
        area = soup(administrator, f"{path}?from={asked}").find("textarea")
        assert area is not None
        return area.get_text().strip()

    assert begun(str(first.pk)) == "First words."
    for asked in (str(other.pk), "0", "x", "9" * 30, "%00", ""):
        assert begun(asked) == "Second words.", asked
    said = {"base": "2", "text": "First words.", "save": ""}
    assert administrator.post(f"{path}?from={first.pk}", said).status_code == 302
    assert SiteText.objects.get(pk="terms").text == "First words."


def test_of_two_who_edit_at_once_the_second_is_told_and_keeps_the_words(administrator: Visitor) -> None:
    path = "/manage/texts/privacy/"
    for text in ("First.", "Second."):
        answer = administrator.post(path, {"base": "0", "text": text, "save": ""})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Somebody else has changed this text meanwhile" in page
    assert "Second.</textarea>" in page
    assert SiteText.objects.get().text == "First."
    assert administrator.post(path, {"base": "1", "text": "Third.", "save": ""}).status_code == 302
    assert SiteText.objects.get().number == 2
    with pytest.raises(Conflict):
        change_text("privacy", Edit("Fourth.", 1), "eve")
    assert [c.text for c in Change.objects.order_by("id")] == ["First.", "Third."]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"text": "x" * (LONGEST_TEXT + 1)}, "at most 65536 characters"), ({"text": "a\0b"}, "Null characters"),
        ({"note": "x" * 301}, "at most 300 characters"), ({"base": "x"}, "whole number"),
        ({"base": "7"}, "Somebody else"),
    ],
)  # fmt: skip
def test_the_form_says_what_is_wrong_and_changes_nothing(
    administrator: Visitor, said: dict[str, str], error: str
) -> None:
    answer = administrator.post("/manage/texts/terms/", {"base": "0", "text": "x", "save": ""} | said)
    assert answer.status_code == 200
    assert error in answer.content.decode()
    assert not SiteText.objects.exists()
    assert not Change.objects.exists()


def test_flows_refuse_what_no_form_sends() -> None:
    for key, edit, error in (("nothing", Edit("x", 0), Missing), ("supporters", Edit("x" * 2001, 0), Refusal),
                             ("terms", Edit("x", 0, "n" * 301), Refusal)):  # fmt: skip
        with pytest.raises(error):
            change_text(key, edit, "root")
    with pytest.raises(Missing):
        use_shipped_text("donate", Edit("", 0), "root")
    assert LONGEST_SUPPORTERS == 2000
    assert not Change.objects.exists()


def test_what_is_written_is_sanitised_and_other_dollars_stay(client: Client) -> None:
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> $5 and $nothing $$"
    change_text("donate", Edit(hostile, 0), "root")
    page = soup(client, "/donate/")
    article = page.find("article")
    assert article is not None
    assert article.find("script") is None
    assert [link for link in article.find_all("a") if "javascript" in str(link.get("href"))] == []
    assert [tag for tag in article.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []
    assert "$5 and $nothing" in article.get_text()


def test_settings_with_markup_in_them_are_sanitised(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, site_name="<script>alert(1)</script>", contact="<img src=x onerror=alert(1)>")
    assert "<script>alert" not in client.get("/policy/terms/").content.decode()


def test_supporters_stand_at_the_foot_of_every_page_once_there_are_some(client: Client) -> None:
    assert soup(client, "/").select("aside.supporters") == []
    change_text("supporters", Edit("Power by [the Mill](https://mill.example.org/).", 0), "root")
    for path in ("/", "/help/", "/account/login/"):
        found = soup(client, path).select("aside.supporters a")
        assert [link["href"] for link in found] == ["https://mill.example.org/"]
    change_text("supporters", Edit("", 1), "root")
    assert soup(client, "/").select("aside.supporters") == []


def test_nobody_but_administrators_edits(client: Client) -> None:
    _, stranger = insider("mallory")
    for path in ("/manage/texts/", "/manage/texts/terms/", "/manage/announcements/"):
        assert stranger.get(path).status_code == 403
    assert stranger.post("/manage/texts/terms/", {"base": "0", "text": "mine", "save": ""}).status_code == 403
    assert not SiteText.objects.exists()
    page = client.get("/policy/terms/").content.decode()
    assert "/manage/texts/terms/" not in page


def test_moderators_and_auditors_read_and_change_nothing() -> None:
    announce("Here", "text", "root")
    user, moderator = insider("mod")
    set_site_roles(user, {SiteRole.MODERATOR}, By(None, "by command"))
    for path in ("/manage/texts/", "/manage/texts/terms/", "/manage/announcements/", "/manage/banners/"):
        page = soup(moderator, path)
        assert page.select("main .page form") == [], path
    assert "hold between you" in moderator.get("/manage/texts/terms/").content.decode()
    assert "/manage/texts/terms/" not in moderator.get("/policy/terms/").content.decode()
    for path, said in (("/manage/texts/terms/", {"base": "0", "text": "mine"}), ("/manage/banners/", {"text": "x"}),
                       ("/manage/announcements/", {"title": "x", "text": "x"})):  # fmt: skip
        assert moderator.post(path, said).status_code == 403
    assert not SiteText.objects.exists()
    assert not Banner.objects.exists()


def test_an_old_confirmation_is_asked_for_again(administrator: Visitor) -> None:
    session = administrator.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [each | {"at": each["at"] - 7200} for each in records]
    session.save()
    assert administrator.get("/manage/texts/terms/").status_code == 200
    answer = administrator.post("/manage/texts/terms/", {"base": "0", "text": "mine", "save": ""})
    assert answer.status_code == 302
    assert "/account/reauthenticate/" in answer["Location"]
    assert not SiteText.objects.exists()


def test_an_unknown_text_is_not_found(administrator: Visitor) -> None:
    assert administrator.get("/manage/texts/nothing/").status_code == 404


def test_the_database_is_asked_once_a_second_for_the_foot_of_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    with CaptureQueriesContext(connection) as seen:
        for _ in range(50):
            state.shown_pieces()
            state.supporters()
    assert len(seen) == 1
    at = state.time.monotonic()
    monkeypatch.setattr(state.time, "monotonic", lambda: at + 1.1)
    with CaptureQueriesContext(connection) as seen:
        state.shown_pieces()
    assert len(seen) == 1


def test_while_the_database_is_away_the_last_answer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("away")

    change_text("donate", Edit("Give.", 0), "root")
    assert BY_KEY["donate"] in state.shown_pieces()
    at = state.time.monotonic()
    monkeypatch.setattr(state.time, "monotonic", lambda: at + 5)
    monkeypatch.setattr(state.sql, "every", away)
    assert BY_KEY["donate"] in state.shown_pieces()
    state.forget()
    assert [piece.key for piece in state.shown_pieces()] == [piece.key for piece in SHIPPED]


@pytest.fixture
def clean_up() -> Iterator[None]:
    yield
    SiteText.objects.all().delete()
    Change.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins(clean_up: None) -> None:
    results: list[str] = []

    def edit(number: int) -> None:
        try:
            flows.change_text("credits", Edit(f"By {number}", 0), f"person-{number}")
            results.append("done")
        except Conflict:
            results.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "told", "told", "told"]
    assert Change.objects.count() == 1
    assert Change.objects.get().text == SiteText.objects.get().text
