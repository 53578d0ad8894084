# SPDX-License-Identifier: Apache-2.0
"""The page of results, as any browser sees it."""

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError, ProgrammingError
from django.test import Client

from cheeseshop.core.clock import now
from cheeseshop.discovery import views
from tests.discovery.conftest import shelve

pytestmark = pytest.mark.django_db


def page(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content, "html.parser")


def names(client: Client, path: str) -> list[str]:
    return [name.get_text() for name in page(client, path).select(".hits .name")]


def text_of(soup: BeautifulSoup) -> str:
    return " ".join(soup.get_text(" ").split())


def test_a_hit_shows_name_version_summary_and_date(client: Client) -> None:
    shelve("Big.Cake", "2.0", summary="<b>Lemon</b> & zest")
    shown = page(client, "/search/?q=lemon")
    hit = shown.select_one(".hits li")
    assert hit is not None
    assert hit.a["href"] == "/project/big-cake/"  # type: ignore[index]
    assert " ".join(hit.get_text(" ").split()) == "Big.Cake 2.0 just now <b>Lemon</b> & zest"
    assert "1 project." in text_of(shown)
    assert shown.select_one("input[type=search]")["value"] == "lemon"  # type: ignore[index]


def test_a_page_holds_twenty_and_leads_to_the_next(client: Client) -> None:
    for number in range(21):
        shelve(f"p-{number:02}", summary="many")
    first = page(client, "/search/?q=many&o=-created")
    assert [name.get_text() for name in first.select(".hits .name")] == [f"p-{n:02}" for n in range(20, 0, -1)]
    following = first.select_one("a[rel=next]")
    assert following is not None
    assert following["href"] == "?q=many&o=-created&page=2"
    assert names(client, "/search/?q=many&o=-created&page=2") == ["p-00"]
    assert client.get("/search/?q=many&page=3").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [("page=1", 200), ("page=0", 404), ("page=2", 404), ("page=-1", 400), ("page=x", 400), ("page=", 400),
     ("page=1.5", 400), ("page=%C2%B2", 400), ("page=" + "9" * 30, 404), ("page=%00", 400), ("q=" + "a" * 1000, 200),
     ("q=" + "a" * 1001, 413), ("o=nonsense", 200), ("c=nonsense", 200), ("c=" + "a" * 301, 400),
     ("&".join(f"c={n}" for n in range(21)), 400), ("q=%00%ff%ED%A0%80&c=%00&o=%00", 200)],
)  # fmt: skip
def test_what_is_asked_is_within_bounds(client: Client, query: str, status: int) -> None:
    shelve("demo")
    assert client.get(f"/search/?{query}").status_code == status


def test_too_many_searches_have_to_wait(client: Client, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"search": "2/m/ip"}  # type: ignore[attr-defined]
    assert [client.get("/search/").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/search/")
    assert 1 <= int(answer["Retry-After"]) <= 61


@pytest.mark.parametrize("error", [OperationalError, ProgrammingError])
def test_an_engine_that_does_not_answer_is_a_503(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(_wanted: object) -> None:
        raise error("no such table")

    monkeypatch.setattr(views, "search", fail)
    answer = client.get("/search/?q=demo")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_classifiers_are_boxes_with_counts_that_stay_ticked(client: Client) -> None:
    shelve("one", summary="thing", classifiers=["Framework :: Django :: 5.2", "Topic :: Internet"])
    shelve("two", summary="thing", classifiers=["Framework :: Django"])
    shown = page(client, "/search/?q=thing")
    boxes = {box["value"]: box.find_parent("label").get_text(" ").split()[-1] for box in shown.select("details input")}
    assert boxes == {"Framework :: Django": "2", "Framework :: Django :: 5.2": "1", "Topic :: Internet": "1"}
    assert [group.get_text() for group in shown.select("summary")] == ["Framework", "Topic"]
    narrowed = page(client, "/search/?q=thing&c=Framework+::+Django+::+5.2&c=Private+::+Unknown")
    assert text_of(narrowed.select_one(".column-main")).startswith("No project has all of that")  # type: ignore[arg-type]
    ticked = {box["value"] for box in narrowed.select("input[checked]")}
    assert ticked == {"Framework :: Django :: 5.2", "Private :: Unknown"}
    assert narrowed.select_one("input[type=hidden][name=q]")["value"] == "thing"  # type: ignore[index]


def test_who_finds_nothing_is_told_what_may_be_meant(client: Client) -> None:
    assert "The shelves are bare" in text_of(page(client, "/search/"))
    shelve("requests")
    shown = page(client, "/search/?q=reqests")
    assert shown.select_one("#found a[href='/search/?q=requests']") is not None
    assert "Nothing found" in text_of(page(client, "/search/?q=zzzzzzz"))


def test_a_page_takes_few_statements(client: Client, django_assert_max_num_queries: object) -> None:
    for number in range(20):
        shelve(f"p-{number:02}", summary="many things", classifiers=["Topic :: Internet"])
    client.get("/search/?q=many")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get("/search/?q=many+things&c=Topic+::+Internet")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get("/search/?q=menyy")


def test_a_release_that_is_just_withdrawn_says_nothing(client: Client) -> None:
    project = shelve("demo", "6.6.6", summary="A rotten thing")
    project.releases.update(quarantined_at=now())
    shown = text_of(page(client, "/search/?q=demo"))
    assert "rotten" not in shown
    assert "6.6.6" not in shown
