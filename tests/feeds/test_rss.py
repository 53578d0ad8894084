# SPDX-License-Identifier: Apache-2.0
"""The feeds, read by feedparser as a feed reader would."""

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.clock import now
from cheeseshop.feeds.rss import authors
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(shop: Store) -> Store:
    token = make_token(make_user())
    for name, version in (("demo", "1.0"), ("other", "0.1"), ("demo", "2.0rc1")):
        assert upload(shop, token, build_wheel(name, version)).status == 200
    return shop


def read(client: Client, path: str) -> feedparser.FeedParserDict:
    reply = client.get(path)
    assert reply.status_code == 200
    assert reply["content-type"] == "text/xml; charset=utf-8"
    assert reply["access-control-allow-origin"] == "*"
    found = feedparser.parse(reply.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "rss20"
    return found


def titles(client: Client, path: str) -> list[str]:
    return [entry.title for entry in read(client, path).entries]


def test_updates_are_the_newest_releases(client: Client, filled: Store) -> None:
    found = read(client, "/rss/updates.xml")
    assert [e.title for e in found.entries] == ["demo 2.0rc1", "other 0.1", "demo 1.0"]
    assert found.entries[0].link == "http://localhost:8000/project/demo/2.0rc1/"
    assert found.entries[0].published_parsed is not None
    assert found.feed.title == "Cheeseshop: newest releases"


def test_packages_are_the_newest_projects(client: Client, filled: Store) -> None:
    found = read(client, "/rss/packages.xml")
    assert [e.title for e in found.entries] == ["other added to Cheeseshop", "demo added to Cheeseshop"]
    assert [e.id for e in found.entries] == [e.link for e in found.entries]


def test_a_project_has_a_feed_of_its_releases(client: Client, filled: Store) -> None:
    assert titles(client, "/rss/project/demo/releases.xml") == ["2.0rc1", "1.0"]
    assert titles(client, "/rss/project/De_Mo/releases.xml".replace("De_Mo", "DEMO")) == ["2.0rc1", "1.0"]
    assert client.get("/rss/project/none/releases.xml").status_code == 404


def test_a_reader_that_has_it_gets_304_until_something_changes(client: Client, filled: Store) -> None:
    tag = client.get("/rss/updates.xml")["etag"]
    assert client.get("/rss/updates.xml", headers={"if-none-match": tag}).status_code == 304
    assert upload(filled, make_token(make_user("bob")), build_wheel("third", "1.0")).status == 200
    assert client.get("/rss/updates.xml", headers={"if-none-match": tag}).status_code == 200


def test_an_empty_index_has_feeds(client: Client, shop: Store) -> None:
    assert titles(client, "/rss/updates.xml") == []
    first = client.get("/rss/packages.xml")
    assert client.get("/rss/packages.xml")["etag"] == first["etag"]


def test_what_is_held_back_is_in_no_feed(client: Client, filled: Store) -> None:
    Release.objects.filter(version="2.0rc1").update(quarantined_at=now())
    Project.objects.filter(name="other").update(visibility="private")
    assert titles(client, "/rss/updates.xml") == ["demo 1.0"]
    assert titles(client, "/rss/packages.xml") == ["demo added to Cheeseshop"]
    assert titles(client, "/rss/project/demo/releases.xml") == ["1.0"]
    assert client.get("/rss/project/other/releases.xml").status_code == 404
    Project.objects.filter(name="demo").update(quarantined_at=now())
    assert titles(client, "/rss/updates.xml") == titles(client, "/rss/packages.xml") == []
    assert titles(client, "/rss/project/demo/releases.xml") == []


def test_text_that_xml_cannot_hold_is_left_out(client: Client, filled: Store) -> None:
    Release.objects.filter(version="1.0").update(summary="a \x0b<b> & \ufffe c", facts={"author_email": "A <a@b.c>"})
    entry = read(client, "/rss/updates.xml").entries[-1]
    assert entry.summary == "a <b> &  c"
    assert entry.author == "a@b.c"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("", None),
        ("a@example.org", "a@example.org"),
        ("Ada <a@example.org>, b@example.org", "a@example.org, b@example.org"),
        ("Ada <a@example.org>, nobody", None),
    ],
)
def test_authors_are_told_only_where_each_is_an_address(field: str, expected: str | None) -> None:
    assert authors([field]) == expected


@given(st.text())
def test_any_author_field_is_read(field: str) -> None:
    found = authors([field])
    assert found is None or "@" in found


def test_a_feed_takes_one_statement(client: Client, filled: Store) -> None:
    for path in ("/rss/updates.xml", "/rss/packages.xml"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(path)
        assert len(seen) == 1
