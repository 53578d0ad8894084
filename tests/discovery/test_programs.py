# SPDX-License-Identifier: Apache-2.0
"""Searching by programs: JSON, XML-RPC as pip speaks it, OpenSearch, the command."""

import json
import xmlrpc.client
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError
from django.test import Client

from cheeseshop.catalog.models import Project
from cheeseshop.cli.main import main
from cheeseshop.core.clock import now
from cheeseshop.discovery import views
from cheeseshop.discovery.models import Document
from cheeseshop.discovery.searching import Search, search
from tests.discovery.conftest import shelve

pytestmark = pytest.mark.django_db

DJANGO = "Framework :: Django"


def call(client: Client, method: str, *arguments: object) -> Any:
    body = xmlrpc.client.dumps(arguments, method, allow_none=True)
    return xmlrpc.client.loads(client.post("/pypi", body, content_type="text/xml").content)[0][0]


def test_json_tells_what_the_page_shows(client: Client) -> None:
    shelve("Big.Cake", "2.0", summary="Lemon & zest", classifiers=[DJANGO])
    answer = client.get("/search.json?q=lemon")
    told = answer.json()
    released = told["results"][0].pop("released")
    assert released.startswith("20")
    assert told == {
        "query": "lemon", "total": 1, "more": False, "page": 1, "pages": 1, "did_you_mean": [],
        "classifiers": {"Framework": 1, DJANGO: 1},
        "results": [{"name": "Big.Cake", "version": "2.0", "summary": "Lemon & zest",
                     "url": "http://localhost:8000/project/big-cake/"}],
    }  # fmt: skip
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.get("/search.json?q=bigcaje").json()["did_you_mean"] == ["big-cake"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("page=x", 400), ("page=2", 404), ("page=0", 404), ("q=" + "a" * 1001, 413), ("c=" + "a" * 301, 400)],
)
def test_json_says_what_is_wrong(client: Client, query: str, status: int) -> None:
    answer = client.get(f"/search.json?{query}")
    assert answer.status_code == status
    assert answer.json()["message"]


def test_json_waits_and_fails_as_the_page_does(
    client: Client, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_wanted: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(views, "search", fail)
    answer = client.get("/search.json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"search": "1/m/ip"}  # type: ignore[attr-defined]
    client.get("/search.json")
    answer = client.get("/search.json")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "second" in answer.json()["message"]


def test_search_answers_as_pip_asks(client: Client) -> None:
    shelve("cake", "2.0", summary="A lemon cake")
    shelve("lemon", "1.0", summary="A fruit")
    found = call(client, "search", {"name": ["lemon"], "summary": ["lemon"]}, "or")
    assert found == [
        {"name": "lemon", "version": "1.0", "summary": "A fruit", "_pypi_ordering": 0},
        {"name": "cake", "version": "2.0", "summary": "A lemon cake", "_pypi_ordering": 1},
    ]
    assert [hit["name"] for hit in call(client, "search", {"name": "fruit", "summary": "cake"}, "or")] == [
        "lemon",
        "cake",
    ]
    assert call(client, "search", {"name": "fruit", "summary": "cake"}, "and") == []
    assert [hit["name"] for hit in call(client, "search", {"name": "cake", "summary": "lemon"})] == ["cake"]
    assert [hit["name"] for hit in call(client, "search", {"name": ["lemon", "cake"]}, "or")] == ["cake"]
    assert call(client, "search", {}) == call(client, "search", {"name": " "}, "or") == []
    Project.objects.update(quarantined_at=now())
    assert call(client, "search", {"name": "lemon"}) == []


def test_browse_takes_the_very_classifiers(client: Client) -> None:
    shelve("one", "1.0", classifiers=[DJANGO, "Topic :: Internet"])
    shelve("two", "2.0", classifiers=[f"{DJANGO} :: 5.2", "Topic :: Internet"])
    assert call(client, "browse", [DJANGO]) == [["one", "1.0"]]
    assert call(client, "browse", ["Topic :: Internet"]) == [["one", "1.0"], ["two", "2.0"]]
    assert call(client, "browse", ["Topic :: Internet", f"{DJANGO} :: 5.2"]) == [["two", "2.0"]]
    assert call(client, "browse", ["Framework"]) == call(client, "browse", []) == []
    Project.objects.filter(name="one").update(visibility="private")
    assert call(client, "browse", [DJANGO]) == []


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("search", ()), ("search", ("lemon",)), ("search", ({"name": 1}, "or")), ("search", ({"name": "a"}, "xor")),
     ("search", ({"name": "a" * 1001}, "or")), ("search", ({"name": "a"}, "or", 1)), ("search", ({"a": [None]},)),
     ("browse", ("a",)), ("browse", ([1],)), ("browse", (["a"] * 21,)), ("browse", ())],
)  # fmt: skip
def test_wrong_arguments_are_the_clients_error(client: Client, method: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(xmlrpc.client.Fault, match="client error") as told:
        call(client, method, *arguments)
    assert told.value.faultCode == -32602


def test_searches_by_calls_have_the_limit_of_searches(client: Client, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"search": "1/m/ip"}  # type: ignore[attr-defined]
    assert call(client, "browse", []) == []
    with pytest.raises(xmlrpc.client.Fault, match="HTTPTooManyRequests"):
        call(client, "search", {"name": "a"})
    assert call(client, "changelog_last_serial") == 0


def test_browsers_are_told_how_to_search(client: Client) -> None:
    page = BeautifulSoup(client.get("/").content, "html.parser")
    link = page.select_one("link[rel=search]")
    assert link is not None
    answer = client.get(link["href"])
    assert answer["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    told = ET.fromstring(answer.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    urls = {each.get("type"): each.get("template") for each in told.findall(f"{space}Url")}
    assert urls["text/html"] == "http://localhost:8000/search/?q={searchTerms}"
    assert len(told.findtext(f"{space}ShortName") or "") <= 16
    shelve("demo")
    for kind in ("text/html", "application/json"):
        path = str(urls[kind]).removeprefix("http://localhost:8000").replace("{searchTerms}", "demo")
        assert b"/project/demo/" in client.get(path).content


def test_every_classifier_is_listed_found_and_leads_to_its_projects(client: Client) -> None:
    shelve("one", "1.0", classifiers=[f"{DJANGO} :: 5.2"])
    page = BeautifulSoup(client.get("/classifiers/").content, "html.parser")
    assert len(page.select(".classifiers a")) > 800
    found = BeautifulSoup(client.get("/classifiers/?q=django+5.2").content, "html.parser")
    links = found.select(".classifiers a")
    assert [link.get_text() for link in links] == ["Django :: 5.2"]
    assert b"/project/one/" in client.get(links[0]["href"]).content
    nothing = client.get("/classifiers/?q=%00<b>nothing")
    assert b"No classifier has these words" in nothing.content
    assert b"<b>nothing" not in nothing.content


def test_the_command_writes_the_index_anew(capsys: pytest.CaptureFixture[str]) -> None:
    shelve("gone").delete()
    shelve("kept")
    Document.objects.filter(name="kept").update(digest="", summary="old")
    assert main(["search", "reindex", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"projects": 2, "changed": 2, "moved": 0}
    assert main(["search", "reindex"]) == 0
    assert "0 of 1 projects written anew" in capsys.readouterr().err
    assert search(Search("kept")).total == 1
