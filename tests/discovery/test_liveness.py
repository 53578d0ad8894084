# SPDX-License-Identifier: Apache-2.0
"""What was hidden a moment ago shows nowhere: the index may be older than the projects, and is asked all the same."""

from collections.abc import Callable

import pytest
from django.test import Client

from cheeseshop.catalog.models import Project
from cheeseshop.core.clock import now
from cheeseshop.discovery.models import Document
from cheeseshop.discovery.searching import NEWEST, Search, meant, search
from tests.discovery.conftest import shelve

pytestmark = pytest.mark.django_db

GONE: dict[str, Callable[[Project], object]] = {
    "in quarantine": lambda project: Project.objects.filter(pk=project.pk).update(quarantined_at=now()),
    "archived": lambda project: Project.objects.filter(pk=project.pk).update(status="archived"),
    "private": lambda project: Project.objects.filter(pk=project.pk).update(visibility="private"),
    "internal": lambda project: Project.objects.filter(pk=project.pk).update(visibility="internal"),
    "removed": lambda project: Project.objects.filter(pk=project.pk).delete(),
}
QUESTIONS = [
    Search(""),
    Search("", (), NEWEST),
    Search("secret"),
    Search("secretive"),
    Search("secr"),
    Search("thing"),
    Search("thing", (), NEWEST),
    Search("", ("Framework :: Flask",)),
    Search("thing", ("Framework :: Flask",), NEWEST),
]


@pytest.mark.parametrize("state", GONE)
def test_it_is_in_no_list_no_total_no_count_and_no_suggestion(client: Client, state: str) -> None:
    project = shelve("secretive", summary="A secret thing", classifiers=["Framework :: Flask"])
    shelve("other", summary="A thing")
    assert all(search(question).total for question in QUESTIONS if question.text != "secr")
    assert meant("sekretive") == ["secretive"]
    GONE[state](project)
    assert Document.objects.filter(normalized_name="secretive").exists(), "the index has not followed yet"
    for question in QUESTIONS:
        results = search(question)
        places = set(Document.objects.filter(normalized_name="secretive").values_list("place", flat=True))
        assert not places & set(results.places), question
        assert results.total <= 1
        assert not results.counts
    assert meant("sekretive") == meant("secretivee") == []
    for path in ("/search/", "/search/?q=secretive", "/search/?q=sekretive", "/search/?q=thing&o=-created",
                 "/search/?c=Framework+::+Flask"):  # fmt: skip
        page = client.get(path).content.decode()
        assert "A secret thing" not in page
        assert "/project/secretive/" not in page
        assert "Did you mean" not in page


def test_a_new_project_of_the_same_name_is_not_the_old_one() -> None:
    shelve("demo", summary="An old thing").delete()
    Project.objects.create(name="demo", normalized_name="demo", lookalike_key="demo")
    assert search(Search("demo")).total == search(Search("old")).total == 0
