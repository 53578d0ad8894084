# SPDX-License-Identifier: Apache-2.0
"""What people and programs read: the tab of a project, the site's statistics, the data set."""

import json
from datetime import date, timedelta

import duckdb
import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.charts import plot
from cheeseshop.storage import Store
from tests.support.asgi import ask
from tests.support.downloads import PIP, UV, count, write_segment

pytestmark = pytest.mark.django_db
WHEEL, LATER, OTHER = "demo-1.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl", "other-1.0-py3-none-any.whl"


@pytest.fixture
def counted(shop: Store, alice: User) -> Store:
    today = now().date()
    write_segment(shop, {(WHEEL, PIP): 1500, (LATER, UV): 500, (OTHER, PIP): 7})
    write_segment(shop, {(WHEEL, PIP): 40, (OTHER, UV): 1}, today - timedelta(days=50))
    count(shop)
    return shop


def read(path: str, **headers: str) -> BeautifulSoup:
    reply = Client(headers=headers).get(path)
    assert reply.status_code == 200, path
    return BeautifulSoup(reply.content, "html.parser")


def rows(page: BeautifulSoup, caption: str) -> list[list[str]]:
    found = next(t for t in page.find_all("table") if t.caption.get_text() == caption)
    return [[cell.get_text().strip() for cell in row.find_all(["th", "td"])] for row in found.tbody.find_all("tr")]


def test_the_tab_shows_downloads_by_what_clients_say(counted: Store) -> None:
    page = read("/project/demo/2.0/statistics/")
    assert page.find("b", class_="figure", string="2,000") is not None
    assert rows(page, "By version") == [["1.0", "1,500", "75.0 %"], ["2.0", "500", "25.0 %"]]
    assert rows(page, "By Python") == [["3.12", "1,500", "75.0 %"], ["3.13", "500", "25.0 %"]]
    assert rows(page, "By system") == [["Linux", "1,500", "75.0 %"], ["macOS", "500", "25.0 %"]]
    assert rows(page, "By installer") == [["pip", "1,500", "75.0 %"], ["uv", "500", "25.0 %"]]
    days = rows(page, "Downloads by day (UTC)")
    assert len(days) == 30
    assert days[-1] == [str(now().date()), "2,000"]
    svg = page.find("svg", role="img")
    assert page.find(id=svg["aria-labelledby"].split()[0]).get_text() == "Downloads by day"
    assert page.find(style=True) is None


def test_longer_times_have_their_own_address(counted: Store) -> None:
    assert "2,040" in read("/project/demo/2.0/statistics/?days=90").get_text()
    year = read("/project/demo/2.0/statistics/?days=365")
    assert len(rows(year, "Downloads by week (UTC)")) == 53
    for wrong in ("7", "x", "", "030"):
        assert Client().get(f"/project/demo/2.0/statistics/?days={wrong}").status_code == 404
    moved = Client().get("/project/Demo/2/statistics/?days=90")
    assert (moved.status_code, moved["location"]) == (301, "/project/demo/2.0/statistics/?days=90")


def test_the_line_of_facts_has_a_small_plot(counted: Store) -> None:
    link = read("/project/demo/").find("a", class_="recent")
    assert link["href"] == "/project/demo/2.0/statistics/"
    assert "2,000 downloads in 30 days" in link.get_text()
    assert len(link.svg.find_all("rect")) == 1


def test_a_project_that_nobody_fetched_says_so(shop: Store, alice: User) -> None:
    page = read("/project/demo/2.0/statistics/")
    assert "No downloads yet" in page.get_text()
    assert page.find("table") is None


def test_the_site_page_and_its_json(counted: Store) -> None:
    page = read("/stats/")
    assert rows(page, "Most downloaded projects in 30 days") == [["demo", "2,000"], ["other", "7"]]
    assert [row[0] for row in rows(page, "Largest projects")] == ["demo", "other"]
    reply = Client().get("/stats/", headers={"accept": "application/json"})
    told = json.loads(reply.content)
    sizes = {p.name: {"size": p.total_size} for p in Project.objects.all()}
    assert told["top_packages"] == sizes
    assert told["total_packages_size"] == sum(each["size"] for each in sizes.values())
    assert told["downloads"] == {"last_day": 2007, "last_week": 2007, "last_month": 2007}
    assert (reply["cache-control"], reply["vary"]) == ("max-age=86400, public", "Accept")
    anybody = Client().get("/stats/")
    assert "max-age=86400" in anybody["cache-control"]
    assert "Accept" in anybody["vary"]


def test_what_is_not_public_is_in_no_list(counted: Store) -> None:
    Project.objects.filter(normalized_name="demo").update(visibility="private")
    assert "demo" not in read("/stats/").get_text()
    assert "demo" not in Client().get("/stats/", headers={"accept": "application/json"}).content.decode()
    assert Client().get("/project/demo/2.0/statistics/").status_code == 404


def edge(store: Store, *, published: bool = True) -> Edge:
    from cheeseshop.core import current

    data_set = Places(store.stats).public if published else None
    paths = EdgePaths(store.pages, store.public, store.spool, data_set=data_set)
    return Edge(current.settings(), paths, django=None, uploads=None, private_files=None)


def test_the_data_set_is_anonymous_and_of_public_projects(shop: Store, alice: User) -> None:
    day = now().date() - timedelta(days=1)
    write_segment(shop, {(WHEEL, PIP): 3, (OTHER, UV): 2}, day)
    Project.objects.filter(normalized_name="other").update(visibility="private")
    count(shop)
    listed = json.loads(Client().get("/stats/downloads/", headers={"accept": "application/json"}).content)
    assert [(f["day"], f["url"]) for f in listed["files"]] == [
        (str(day), f"http://localhost:8000/stats/downloads/{day}.parquet")
    ]
    reply = ask(edge(shop), f"/stats/downloads/{day}.parquet")
    assert reply.status == 200
    copy = shop.root / "copy.parquet"
    copy.write_bytes(reply.body)
    found = duckdb.connect(":memory:").execute(f"SELECT * FROM '{copy}'")
    assert [column[0] for column in found.description] == list(listed["columns"])
    wheel = (day, "demo", "1.0", WHEEL, "bdist_wheel", "pip", "25.3", "3.12", "CPython", "Linux", 3)
    assert found.fetchall() == [wheel]
    assert ask(edge(shop), f"/stats/downloads/{day}.parquet", {"if-none-match": reply.header("etag")}).status == 304
    assert f"{day}.parquet" in Client().get("/stats/downloads/").content.decode()


def test_late_downloads_make_the_file_of_their_day_anew(shop: Store, alice: User) -> None:
    day = now().date() - timedelta(days=1)
    for _ in range(2):
        write_segment(shop, {(WHEEL, PIP): 3}, day)
        count(shop)
    found = duckdb.connect(":memory:").execute(f"SELECT downloads FROM '{Places(shop.stats).public}/{day}.parquet'")
    assert found.fetchall() == [(6,)]


def test_only_days_are_sent_and_only_where_they_are_published(shop: Store, alice: User) -> None:
    write_segment(shop, {(WHEEL, PIP): 3}, now().date() - timedelta(days=1))
    count(shop)
    (Places(shop.stats).public / "secret.parquet").write_bytes(b"x")
    for name in ("secret.parquet", "../raw.parquet", "..%2f.parquet", f"{now().date()}.parquet", ".parquet"):
        assert ask(edge(shop), f"/stats/downloads/{name}").status == 404, name
    day = f"/stats/downloads/{now().date() - timedelta(days=1)}.parquet"
    assert ask(edge(shop), day, method="POST").status == 405
    assert ask(edge(shop), day, method="HEAD").body == b""
    assert ask(edge(shop, published=False), day).status == 404


def test_plots_stay_within_their_frame() -> None:
    for counts in ([], [0], [1], [0, 10**12, 1], list(range(365))):
        made = plot([(date(2026, 1, 1) + timedelta(days=n), count) for n, count in enumerate(counts)])
        assert made.total == sum(counts)
        assert sum(bar.downloads for bar in made.bars) == sum(counts)
        for bar in made.bars:
            assert 0 <= float(bar.y) <= 120
            assert float(bar.y) + float(bar.height) <= 120.01
            assert float(bar.x) + float(bar.width) <= 600.01
            assert (float(bar.height) > 0) == (bar.downloads > 0)
