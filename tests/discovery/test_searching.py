# SPDX-License-Identifier: Apache-2.0
"""What is found and in which order, on whichever database the suite was given."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.discovery import searching
from cheeseshop.discovery.asked import read
from cheeseshop.discovery.engines import sqlite
from cheeseshop.discovery.indexing import index_project, refresh_popularity
from cheeseshop.discovery.searching import NEWEST, Search, hits, meant, search
from cheeseshop.stats.models import Popularity
from tests.discovery.conftest import release, shelve

pytestmark = pytest.mark.django_db


def found(text: str = "", *classifiers: str, order: str = "") -> list[str]:
    return [hit.name for hit in hits(search(Search(text, classifiers, order)).places)]


@pytest.mark.parametrize(
    "text",
    ["Requests", "requests", "humans", "HTTP", "ELEGANT http", "session cookie", "Kenneth", "kenneth@example.org",
     "internet", "elegantly", "Elégant", "for humans", "requests-http", '"simple http library"', "request"],
)  # fmt: skip
def test_each_part_of_a_project_is_searched(text: str) -> None:
    shelve("Requests", summary="Elegant HTTP for humans", keywords="web,cookies", author="Kenneth R",
           author_email="kenneth@example.org", description="# Requests\n\nA simple HTTP library with **sessions**.",
           classifiers=["Topic :: Internet :: WWW/HTTP"])  # fmt: skip
    shelve("other", summary="Nothing of that")
    assert found(text) == ["Requests"]


@pytest.mark.parametrize("text", ["requests nothing", '"library simple"', "shields", "!!!", '""', "lib", "strong"])
def test_what_is_not_there_is_not_found(text: str) -> None:
    shelve("other", description="<strong class=a>A simple</strong> library. https://shields.example/badge.svg")
    assert found(text) == []


def test_the_name_itself_comes_first_then_names_that_begin_so_then_the_rest() -> None:
    shelve("zest", summary="apple apple apple", keywords="apple", description="apple " * 50)
    shelve("pine-apple", summary="A fruit")
    shelve("apple-pie", summary="A cake")
    shelve("apple", summary="A fruit")
    assert found("apple") == ["apple", "apple-pie", "pine-apple", "zest"]
    assert found("Apple_Pie") == found("apple pie") == found("applepie") == ["apple-pie"]
    assert found("app") == ["apple", "apple-pie"] or found("app") == ["apple-pie", "apple"]


def test_what_is_downloaded_comes_before_what_is_not() -> None:
    names = [f"part-{letter}" for letter in "abcd"]
    for name, downloads in zip(names, (10, 100_000, 0, 3_000), strict=True):
        project = shelve(name, summary="A part of the whole")
        Popularity.objects.create(project=project.pk, downloads=downloads)
    assert refresh_popularity() == 3
    assert found("whole") == ["part-b", "part-d", "part-a", "part-c"]
    assert found() == ["part-b", "part-d", "part-a", "part-c"]
    assert refresh_popularity() == 0


def test_among_equals_the_newer_one_comes_first() -> None:
    for number in range(4):
        shelve(f"part-{number}", summary="whole", at=now() - timedelta(days=400 * (number % 3)))
    assert found("whole")[-1] == "part-2"
    assert found("whole", order=NEWEST) == ["part-3", "part-0", "part-1", "part-2"]
    assert found(order=NEWEST) == ["part-3", "part-0", "part-1", "part-2"]


def test_the_newest_are_found_whatever_is_downloaded() -> None:
    for number in range(6):
        project = shelve(f"part-{number}", summary="whole", at=now() - timedelta(days=number))
        Popularity.objects.create(project=project.pk, downloads=10**number)
    refresh_popularity()
    assert found("whole", order=NEWEST) == [f"part-{n}" for n in range(6)]
    assert found("whole")[0] == "part-5"


def test_the_newest_of_many_are_found_level_by_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_FEW", 2)
    monkeypatch.setattr(sqlite, "_SLACK", 1)
    for number in range(12):
        project = shelve(f"part-{number:02}", summary="whole", at=now() - timedelta(days=number))
        Popularity.objects.create(project=project.pk, downloads=10 ** (number * 5 % 7))
    refresh_popularity()
    hidden = ("part-00", "part-01", "part-02", "part-05")
    Project.objects.filter(name__in=hidden).update(quarantined_at=now())
    newest = [f"part-{number:02}" for number in range(12) if f"part-{number:02}" not in hidden]
    assert found("whole", order=NEWEST) == newest
    monkeypatch.setattr(searching, "MOST", 3)
    assert found("whole", order=NEWEST) == newest[:3]


def test_no_more_than_so_many_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST", 3)
    for number in range(6):
        project = shelve(f"part-{number}", summary="whole", classifiers=["Topic :: Games/Entertainment"])
        Popularity.objects.create(project=project.pk, downloads=10**number)
    refresh_popularity()
    for order in ("", NEWEST):
        results = search(Search("whole", (), order))
        assert (results.total, results.more) == (3, True)
        assert max(results.counts.values()) == 3
    assert found("whole") == ["part-5", "part-4", "part-3"]
    assert found("part-0 whole") == ["part-0"]


def test_classifiers_narrow_to_themselves_and_what_is_below() -> None:
    shelve("one", summary="thing", classifiers=["Framework :: Django :: 5.2", "Topic :: Internet"])
    shelve("two", summary="thing", classifiers=["Framework :: Django", "Topic :: Internet :: WWW/HTTP"])
    shelve("three", summary="thing", classifiers=["Framework :: Flask"])
    assert set(found("", "Framework :: Django")) == {"one", "two"}
    assert found("", "Framework :: Django :: 5.2") == ["one"]
    assert found("thing", "Framework :: Django", "Topic :: Internet :: WWW/HTTP") == ["two"]
    assert found("one", "Framework :: Flask") == []
    assert found("", "Framework :: Djang") == []
    assert found("", "Framework :: Flask", order=NEWEST) == ["three"]


def test_the_best_release_stands_for_the_project() -> None:
    project = shelve("demo", "1.0", summary="first")
    release(project, "2.0rc1", summary="candidate")
    second = release(project, "1.5", summary="second")
    release(project, "3.0", summary="fileless").files.all().delete()
    index_project("demo")
    assert [(hit.version, hit.summary) for hit in hits(search(Search("demo")).places)] == [("1.5", "second")]
    assert found("candidate") == found("first") == found("fileless") == []
    second.yanked_at = now()
    second.save()
    hit = hits(search(Search("demo")).places)[0]
    assert (hit.version, hit.summary) == ("", ""), "what is withdrawn is not shown, even before the index follows"
    index_project("demo")
    assert found("first") == ["demo"]
    project.releases.filter(is_prerelease=False).update(quarantined_at=now())
    index_project("demo")
    assert found("candidate") == ["demo"]
    project.releases.update(yanked_at=now())
    index_project("demo")
    assert found("demo") == []


def test_a_document_is_written_only_where_something_has_changed() -> None:
    project = shelve("demo", summary="first")
    assert not index_project("demo")
    project.releases.update(summary="second")
    assert index_project("demo")
    assert found("first") == []
    assert found("second") == ["demo"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("reqests", "requests"), ("reuqests", "requests"), ("requestss", "requests"), ("rwquests", "requests"),
     ("numpyy", "numpy"), ("nmupy", "numpy"), ("Reqests", "requests"), ("beatifulsoup4", "beautifulsoup4"),
     ("beaautifulsoupp4", "beautifulsoup4"),
     ("scikitlern", "scikit-learn")],
)  # fmt: skip
def test_a_slip_of_the_hand_is_understood(typed: str, name: str) -> None:
    for each in ("requests", "numpy", "beautifulsoup4", "scikit-learn", "flask"):
        shelve(each)
    assert found(typed) == []
    assert meant(typed)[0] == name


def test_the_nearest_is_meant_and_of_those_the_most_downloaded() -> None:
    for name, downloads in (("tensorfly", 1), ("tensorflo", 5000), ("tensorflux", 10**6)):
        Popularity.objects.create(project=shelve(name).pk, downloads=downloads)
    refresh_popularity()
    assert meant("tensorflow") == ["tensorflo", "tensorflux", "tensorfly"] or meant("tensorflow")[0] == "tensorflo"
    assert meant("zzzzzzzz") == meant("ab") == meant("!!") == meant("") == []


def test_of_several_words_the_mistyped_one_is_replaced() -> None:
    shelve("requests")
    assert meant("reqests html parser") == ["requests html parser"]


def test_names_in_other_scripts_and_accents_are_compared_as_people_do() -> None:
    shelve("tokyo", summary="東京の天気を調べる Über naïve")
    for text in ("東京", "天気", "uber", "NAIVE", "über"):
        assert found(text) == ["tokyo"], text
    assert found("京東") == []


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80) | st.text("ab \"*:^(){}-+<>&|!'\\%_.,;\0é東", max_size=60))
@example('" OR "')
@example("NEAR(a b)")
@example("name : a")
@example("a:*")
@example("'")
@example("\ud800")
@example("a\0b")
@example("-" * 1000)
@example('"a b" ' * 100)
@example("\u0345\u1e9e\ufdfa")
def test_any_question_is_answered(text: str) -> None:
    for order in ("", NEWEST):
        search(Search(text, (text,), order))
        search(Search(text, (), order))
    meant(text)


@given(st.text())
def test_any_question_is_taken_apart_within_bounds(text: str) -> None:
    asked = read(text * 50)
    assert len(asked.terms) <= 12
    assert all(word.isalnum() for term in asked.terms for word in term)
    assert all(len(name) <= 200 for name in asked.names)
