# SPDX-License-Identifier: Apache-2.0
"""Announcements: published, changed and withdrawn by administrators; on a page, on the home page, in a feed."""

from datetime import timedelta

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cheeseshop.accounts.models import User
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.notices import queries
from cheeseshop.notices.flows import announce, change_announcement, withdraw_announcement
from cheeseshop.notices.models import Announcement, Change
from tests.support.actors import Visitor, insider

pytestmark = pytest.mark.django_db

MANAGE, PUBLIC, FEED = "/manage/announcements/", "/announcements/", "/rss/announcements.xml"


@pytest.fixture
def administrator() -> Visitor:
    user, visitor = insider("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return visitor


def test_an_announcement_lives(client: Client, administrator: Visitor) -> None:
    assert "Nothing was announced yet" in client.get(PUBLIC).content.decode()
    assert "Announcements</h2>" not in client.get("/").content.decode()
    said = {"title": "We  move & grow", "text": "On **Sunday**, from $site_url."}
    preview = administrator.post(MANAGE, said | {"preview": ""}).content.decode()
    assert "<strong>Sunday</strong>, from" in preview
    assert not Announcement.objects.exists()
    administrator.post(MANAGE, said | {"publish": ""})
    made = Announcement.objects.get()
    assert (made.title, made.by) == ("We move & grow", "root")
    for path in (PUBLIC, f"{PUBLIC}{made.pk}/", "/"):
        assert "We move &amp; grow" in client.get(path).content.decode(), path
    administrator.post(f"{MANAGE}{made.pk}/", {"title": "We move", "text": "On Monday.", "save": ""})
    assert "On Monday." in client.get(f"{PUBLIC}{made.pk}/").content.decode()
    for _ in range(2):  # the second click finds nothing
        administrator.post(f"{MANAGE}{made.pk}/", {"withdraw": ""})
    assert client.get(f"{PUBLIC}{made.pk}/").status_code == 404
    assert "We move" not in client.get("/").content.decode()
    told = [(c.action, c.title, c.text, c.by) for c in Change.objects.order_by("id")]
    assert told == [
        ("published", "We move & grow", "On **Sunday**, from $site_url.", "root"),
        ("changed", "We move", "On Monday.", "root"), ("withdrawn", "We move", "On Monday.", "root"),
    ]  # fmt: skip
    assert "withdrawn" in administrator.get(MANAGE).content.decode()


def test_a_feed_reader_follows(client: Client) -> None:
    assert feedparser.parse(client.get(FEED).content).entries == []
    first = announce("First", "**Bold** & [a link]($site_url/help/)", "root")
    Announcement.objects.filter(pk=first.pk).update(published_at=now() - timedelta(days=1))
    announce("Second", "text \x07", "root")
    answer = client.get(FEED)
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert [entry.title for entry in found.entries] == ["Second", "First"]
    assert found.entries[1].link == f"http://localhost:8000/announcements/{first.pk}/"
    assert "<strong>Bold</strong>" in found.entries[1].description
    assert client.get(FEED, headers={"if-none-match": answer["ETag"]}).status_code == 304
    identity = found.entries[1].id
    change_announcement(first.pk, "First, mended", "text", "root")
    after = feedparser.parse(client.get(FEED).content)
    assert [entry.title for entry in after.entries] == ["Second", "First, mended"]
    assert after.entries[1].id == identity
    assert client.get(FEED, headers={"if-none-match": answer["ETag"]}).status_code == 200


def test_the_home_page_has_the_newest_of_three_months(client: Client) -> None:
    for number in range(4):
        announce(f"News {number}", "text", "root")
    old = announce("Old news", "text", "root")
    Announcement.objects.filter(pk=old.pk).update(published_at=now() - timedelta(days=91))
    page = client.get("/").content.decode()
    assert [f"News {n}" in page for n in range(4)] == [False, True, True, True]
    assert "Old news" not in page
    assert "Old news" in client.get(PUBLIC).content.decode()


def test_the_list_has_pages_and_few_queries(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(queries.PAGE + 1):
        announce(f"News {number}.", "text", "root")
    with CaptureQueriesContext(connection) as seen:
        page = client.get(PUBLIC).content.decode()
    assert len(seen) <= 4
    assert "News 0." not in page
    assert "News 0." in client.get(f"{PUBLIC}?page=2").content.decode()
    assert client.get(f"{PUBLIC}?page=3").status_code == 404
    assert client.get(f"{PUBLIC}?page=x").status_code == 200


@pytest.mark.parametrize("number", ["0", "7", "9" * 30])
def test_what_is_no_announcement_is_not_found(client: Client, administrator: Visitor, number: str) -> None:
    assert client.get(f"{PUBLIC}{number}/").status_code == 404
    assert administrator.get(f"{MANAGE}{number}/").status_code == 404


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"title": ""}, "This field is required"), ({"title": "x" * 151}, "at most 150"),
        ({"text": " "}, "This field is required"), ({"text": "x" * 65537}, "at most 65536"),
    ],
)  # fmt: skip
def test_the_form_says_what_is_wrong(administrator: Visitor, said: dict[str, str], error: str) -> None:
    answer = administrator.post(MANAGE, {"title": "x", "text": "x", "publish": ""} | said)
    assert answer.status_code == 200
    assert error in answer.content.decode()
    assert not Announcement.objects.exists()


def test_flows_refuse_what_no_form_sends() -> None:
    for title, text in ((" ", "x"), ("x" * 151, "x"), ("x", "\n"), ("x", "x" * 65537)):
        with pytest.raises(Refusal):
            announce(title, text, "root")
    with pytest.raises(Missing):
        change_announcement(1, "x", "x", "root")
    with pytest.raises(Missing):
        withdraw_announcement(1, "root")
    made = announce("Same", "text", "root")
    change_announcement(made.pk, "Same", "text", "root")
    assert Change.objects.count() == 1, "nothing was changed, so nothing is written down"


def test_nobody_but_administrators_announces() -> None:
    made = announce("Here", "text", "root")
    _, stranger = insider("mallory")
    assert stranger.post(MANAGE, {"title": "x", "text": "x", "publish": ""}).status_code == 403
    assert stranger.post(f"{MANAGE}{made.pk}/", {"withdraw": ""}).status_code == 403
    assert Announcement.objects.get() == made


def test_announcements_are_sanitised(client: Client) -> None:
    made = announce("<b>x</b>", "<script>alert(1)</script>", "root")
    for path in (PUBLIC, f"{PUBLIC}{made.pk}/", "/", FEED):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page
