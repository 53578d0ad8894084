# SPDX-License-Identifier: Apache-2.0
"""A page is in the language that its reader chose, or that the browser asks for; what programs read is in English."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from cheeseshop.core.clock import now
from tests.support.factories import make_user
from tests.web.test_routes import ANYBODY, address

pytestmark = pytest.mark.django_db


def page_of(client: Client, path: str = "/", **headers: str) -> Tag:
    found = BeautifulSoup(client.get(path, headers=headers).content, "html.parser").html
    assert found is not None
    return found


def test_english_is_shown_to_whoever_asks_for_nothing(client: Client) -> None:
    page = page_of(client)
    assert (page["lang"], page["dir"]) == ("en", "ltr")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pt-BR", "pt-br"),
        ("zh-TW", "zh-hant"),
        ("zh-CN", "zh-hans"),
        ("tlh, eo;q=0.5", "eo"),
        ("tlh", "en"),
        ("en-US", "en"),
        ("*", "en"),
        ("de" * 10_000, "en"),
        ("../../etc", "en"),
    ],
)
def test_the_browsers_wish_counts(client: Client, asked: str, shown: str) -> None:
    assert page_of(client, accept_language=asked)["lang"] == shown


def test_hebrew_is_written_from_right_to_left(client: Client) -> None:
    page = page_of(client, accept_language="he")
    assert (page["lang"], page["dir"]) == ("he", "rtl")


def test_a_choice_is_remembered_and_outdoes_the_browser(client: Client) -> None:
    form = page_of(client, "/search/?q=a&o=-created").select_one("footer form.languages")
    assert form is not None
    hidden = form.select_one("[name=next]")
    assert hidden is not None
    reply = client.post(str(form["action"]), {"language": "de", "next": hidden["value"]})
    assert (reply.status_code, reply["Location"]) == (303, "/search/?q=a&o=-created")
    kept = reply.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (kept["max-age"], kept["samesite"], kept["httponly"]) == (365 * 24 * 3600, "Lax", True)
    page = page_of(client, accept_language="fr")
    assert page["lang"] == "de"
    chosen = page.select("footer option[selected]")
    assert [each["value"] for each in chosen] == ["de"]


def test_the_navigation_is_german_for_a_german(client: Client) -> None:
    words = page_of(client, accept_language="de").select_one("header nav")
    assert words is not None
    assert words.get_text("|") == "Einfacher Index|Veröffentlichen|Hilfe|Anmelden|Registrieren"


@pytest.mark.parametrize("language", ["", "tlh", "de-at", "x" * 5000])
def test_what_is_no_language_of_ours_is_not_remembered(client: Client, language: str) -> None:
    reply = client.post("/language/", {"language": language, "next": "/help/"})
    assert (reply.status_code, reply["Location"]) == (303, "/help/")
    assert settings.LANGUAGE_COOKIE_NAME not in reply.cookies


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "", "/\\evil"])
def test_the_way_back_leads_nowhere_else(client: Client, back: str) -> None:
    reply = client.post("/language/", {"language": "de", "next": back})
    assert (reply.status_code, reply["Location"]) == (303, "/")


def test_another_site_chooses_nothing(client: Client) -> None:
    reply = client.post("/language/", {"language": "de"}, headers={"sec-fetch-site": "cross-site"})
    assert (reply.status_code, reply.cookies) == (403, {})


def test_a_choice_is_made_by_a_form_only(client: Client) -> None:
    assert client.get("/language/?language=de").status_code == 405


@pytest.mark.parametrize("cookie", ["tlh", "../de", "de\u0000", "x" * 4000])
def test_a_broken_cookie_chooses_nothing(client: Client, cookie: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    assert page_of(client)["lang"] == "en"


@pytest.mark.parametrize("route", sorted(ANYBODY))
def test_caches_keep_pages_by_language_and_answers_for_programs_not(client: Client, route: str) -> None:
    make_user("x")
    reply = client.get(address(route), headers={"accept-language": "de"})
    vary = {each.strip() for each in reply.headers.get("Vary", "").split(",")}
    if reply.headers.get("Content-Language"):
        assert reply["Content-Type"].startswith("text/html")
        assert reply["Content-Language"] == "de"
        assert {"Accept-Language", "Cookie"} <= vary
    else:
        assert "Accept-Language" not in vary
        page = BeautifulSoup(reply.content, "html.parser").html if b"<html" in reply.content else None
        assert page is None or page["lang"] == "en"


def test_what_answers_people_and_programs_varies_for_people_only(client: Client) -> None:
    for path in ("/stats/", "/status/"):
        told = client.get(path, headers={"accept": "application/json", "accept-language": "de"})
        assert "Accept-Language" not in told["Vary"]
        assert "Accept-Language" in client.get(path, headers={"accept": "text/html"})["Vary"]


def test_a_language_ends_with_its_request(client: Client) -> None:
    page_of(client, accept_language="ja")
    assert translation.get_language() == "en"


def test_dates_in_english_are_british() -> None:
    at = now().replace(2026, 11, 25)
    assert date_format(at) == "25 Nov 2026"


def test_progress_is_shown_and_led_to(client: Client) -> None:
    assert page_of(client).select_one('footer a[href="/help/translations/"]') is not None
    rows = page_of(client, "/help/translations/").select("main tbody tr")
    assert [row.th.get_text() for row in rows if row.th] == [name for _, name in settings.LANGUAGES]
    assert rows[0].find_all("td")[-1].get_text() == "100 %"
