# SPDX-License-Identifier: Apache-2.0
"""The index follows the journal, however often it is read and wherever it was left."""

from datetime import timedelta

import pytest
from django.db import connection

from cheeseshop.catalog.flows.remove import remove_file, remove_project
from cheeseshop.catalog.flows.set_status import set_status
from cheeseshop.catalog.flows.yank import yank_release
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.clock import now
from cheeseshop.core.facts import Status
from cheeseshop.discovery import indexing
from cheeseshop.discovery.engines import Question, engine, postgresql
from cheeseshop.discovery.indexing import follow_journal, names_to_index, refresh_popularity
from cheeseshop.discovery.models import Document, IndexedUpTo, Spelling
from cheeseshop.discovery.searching import NEWEST, Search, hits, search
from cheeseshop.stats.models import Popularity
from cheeseshop.storage import Store
from tests.discovery.conftest import follow, shelve
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db


def versions() -> dict[str, str]:
    return dict(Document.objects.values_list("name", "version"))


def found(text: str) -> list[str]:
    return [hit.name for hit in hits(search(Search(text)).places)]


@pytest.fixture
def token(shop: Store) -> str:
    return make_token(make_user())


def test_what_is_uploaded_yanked_and_removed_is_followed(shop: Store, token: str) -> None:
    lines = ["Summary: A lemon cake", "Keywords: pastry", "Classifier: Topic :: Games/Entertainment"]
    assert upload(shop, token, build_wheel("cake", "1.0", metadata_lines=lines, description="With zest.")).status == 200
    assert upload(shop, token, build_sdist("other", "1.0")).status == 200
    follow()
    assert versions() == {"cake": "1.0", "other": "1.0"}
    assert found("lemon") == found("pastry") == found("zest") == found("games") == ["cake"]
    assert upload(shop, token, build_wheel("cake", "2.0", metadata_lines=["Summary: A plum cake"])).status == 200
    follow()
    assert (found("plum"), found("lemon"), versions()["cake"]) == (["cake"], [], "2.0")
    cake = Project.objects.get(name="cake")
    yank_release(cake.pk, Release.objects.get(version="2.0").pk, "", "alice")
    follow()
    assert (found("plum"), found("lemon")) == ([], ["cake"])
    remove_file(cake.pk, "cake-1.0-py3-none-any.whl", "alice")
    follow()
    assert versions() == {"other": "1.0"}
    remove_project(Project.objects.get(name="other").pk, "alice")
    follow()
    assert versions() == {}
    assert not Spelling.objects.exists()
    assert found("") == []


def test_an_archived_project_leaves_and_comes_back(shop: Store, token: str) -> None:
    upload(shop, token, build_sdist("other", "1.0"))
    follow()
    project = Project.objects.get(name="other").pk
    set_status(project, Status.ARCHIVED, "", "alice")
    follow()
    assert versions() == {}
    set_status(project, Status.DEPRECATED, "Use that.", "alice")
    follow()
    assert versions() == {"other": "1.0"}


def test_reading_the_journal_again_changes_nothing(shop: Store, token: str) -> None:
    for name in ("a1", "b1", "c1"):
        upload(shop, token, build_sdist(name, "1.0"))
    follow()
    before = list(Document.objects.order_by("place").values())
    assert follow_journal() == 0
    IndexedUpTo.objects.update(serial=0)
    follow()
    assert list(Document.objects.order_by("place").values()) == before


def test_the_journal_is_read_in_parts_from_where_it_was_left(
    shop: Store, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a1", "b1", "c1"):
        upload(shop, token, build_sdist(name, "1.0"))
    monkeypatch.setattr(indexing, "_AT_ONCE", 2)
    assert (follow_journal(), sorted(versions())) == (2, ["a1", "b1"])
    assert (follow_journal(), sorted(versions())) == (1, ["a1", "b1", "c1"])
    assert follow_journal() == 0
    monkeypatch.setattr(indexing, "_BATCH", 1)
    IndexedUpTo.objects.update(serial=0)
    follow()
    assert sorted(versions()) == ["a1", "b1", "c1"]


def test_who_comes_second_writes_nothing_old(shop: Store, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(shop, token, build_sdist("a1", "1.0"))
    make = indexing.document_of

    def slow(name: str) -> object:
        made = make(name)
        monkeypatch.setattr(indexing, "document_of", make)
        remove_project(Project.objects.get(name="a1").pk, "alice")  # and another worker follows it
        follow()
        return made

    monkeypatch.setattr(indexing, "document_of", slow)
    assert follow_journal() == 0
    assert versions() == {}


def test_everything_is_indexed_anew_also_what_is_gone() -> None:
    shelve("gone").delete()
    shelve("kept")
    assert list(names_to_index()) == ["gone", "kept"]
    for name in names_to_index():
        indexing.index_project(name)
    assert versions() == {"kept": "1.0"}


def test_documents_are_found_in_every_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "_FIRST_TIER", 1)
    monkeypatch.setattr(postgresql, "_GROWTH", 1)
    for number in range(10):
        project = shelve(f"part-{number}", summary="whole")
        Popularity.objects.create(project=project.pk, downloads=4**number)
    assert refresh_popularity() == 10
    moved = indexing.balance()
    assert moved == (9 if connection.vendor == "postgresql" else 0), (
        "the first stays, the last four share the last tier"
    )
    assert found("whole") == [f"part-{n}" for n in range(9, -1, -1)]
    assert len(engine().find(Question((("whole",),)), 3)) == 3
    assert indexing.balance() == 0
    Popularity.objects.filter(downloads=1).update(downloads=4**20)
    assert refresh_popularity() == 1
    assert found("whole")[0] == "part-0"


@pytest.mark.parametrize("frequent", [True, False])
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one way only")
def test_the_newest_are_found_either_way(monkeypatch: pytest.MonkeyPatch, frequent: bool) -> None:
    monkeypatch.setattr(postgresql, "_is_frequent", lambda *_: frequent)
    for number in range(6):
        shelve(f"part-{number}", summary="whole", at=now() - timedelta(days=number * 5 % 6))
    shelve("other", at=now())
    Project.objects.filter(name="part-5").update(quarantined_at=now())
    newest = [hit.name for hit in hits(search(Search("whole", (), NEWEST)).places)]
    assert newest == ["part-0", "part-4", "part-3", "part-2", "part-1"]


def test_releases_of_one_microsecond_have_places_of_their_own() -> None:
    moment = now()
    for name in ("a1", "b1", "c1"):
        shelve(name, at=moment)
    assert sorted(found("")) == ["a1", "b1", "c1"]
