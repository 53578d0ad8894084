# SPDX-License-Identifier: Apache-2.0
"""What is downloaded more than it was, measured where downloads are counted."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.discovery.indexing import follow_journal
from cheeseshop.stats.flows import trends
from cheeseshop.stats.models import Trend
from cheeseshop.stats.queries import rising
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.downloads import PIP, count, write_segment
from tests.support.factories import make_token, upload

pytestmark = pytest.mark.django_db
DEMO, OTHER, THIRD = "demo-1.0-py3-none-any.whl", "other-1.0-py3-none-any.whl", "third-1.0-py3-none-any.whl"


@pytest.fixture
def counted(shop: Store, alice: User) -> Store:
    """One project grows tenfold, a larger one twofold; a third falls; what is older counts for nothing."""
    assert upload(shop, make_token(alice), build_wheel("third", "1.0", metadata_lines=["Summary: Falls"])).status == 200
    today = now().date()
    write_segment(shop, {(DEMO, PIP): 1000, (OTHER, PIP): 4000, (THIRD, PIP): 5})
    write_segment(shop, {(DEMO, PIP): 100, (OTHER, PIP): 2000, (THIRD, PIP): 500}, today - timedelta(days=7))
    write_segment(shop, {(DEMO, PIP): 90000}, today - timedelta(days=14))
    count(shop)
    follow_journal()
    return shop


def names() -> list[tuple[str, int, int]]:
    known = dict(Project.objects.values_list("pk", "normalized_name"))
    return [(known[each.project], each.recent, each.earlier) for each in rising(10)]


def test_what_grew_most_comes_first_and_what_fell_is_left_out(counted: Store) -> None:
    assert names() == [("demo", 1000, 100), ("other", 4000, 2000)]


def test_a_handful_of_first_downloads_is_less_than_real_growth(counted: Store) -> None:
    Trend.objects.all().delete()
    write_segment(counted, {(THIRD, PIP): 505})  # from 500 to 510
    assert upload(counted, make_token(User.objects.get()), build_wheel("fresh", "1.0")).status == 200
    write_segment(counted, {("fresh-1.0-py3-none-any.whl", PIP): 9})
    count(counted)
    assert [name for name, _, _ in names()] == ["demo", "other", "fresh", "third"]


def test_it_is_measured_once_an_hour(counted: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write_segment(counted, {(OTHER, PIP): 90000})
    count(counted)
    assert names()[0][0] == "demo"
    later = now() + timedelta(minutes=61)
    monkeypatch.setattr(trends, "now", lambda: later)
    assert trends.measure_trends()
    assert names()[0] == ("other", 94000, 2000)
    assert not trends.measure_trends()


def test_what_nobody_may_see_is_not_told_from_that_moment(counted: Store) -> None:
    Project.objects.filter(normalized_name="demo").update(quarantined_at=now())
    assert [name for name, _, _ in names()] == ["other"]
    assert "demo" not in Client().get("/trending/").content.decode()


def test_what_was_measured_days_ago_is_no_trend(counted: Store) -> None:
    Trend.objects.update(measured_at=now() - timedelta(days=3))
    assert names() == []
    assert "Nothing rises at the moment" in Client().get("/trending/").content.decode()


def test_people_read_it_with_the_figures_and_find_it_from_home(counted: Store) -> None:
    page = BeautifulSoup(Client().get("/trending/").content, "html.parser")
    cards = [" ".join(card.get_text(" ").split()) for card in page.select("ol.cards li")]
    assert cards == [
        "demo 2.0 1,000 downloads this week, 100 the week before",
        "other 1.0 4,000 downloads this week, 2,000 the week before",
    ]
    home = BeautifulSoup(Client().get("/").content, "html.parser")
    assert [link.get_text() for link in home.select("ol.cards .name")] == ["demo", "other"]
    assert home.select_one('a[href="/trending/"]') is not None
