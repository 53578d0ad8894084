# SPDX-License-Identifier: Apache-2.0
"""What projects require and by what they are required: read from metadata, kept by the journal, shown on a page."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.catalog.flows import remove, yank
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.clock import now
from cheeseshop.relations.flows import read_journal
from cheeseshop.relations.models import Requirement
from cheeseshop.relations.queries import count_dependants, dependants_of
from cheeseshop.relations.reading import Required, required_by, requirements_of
from cheeseshop.stats.models import Popularity
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Flask-Cors", Required("flask-cors", "Flask-Cors", "", "", "")),
        ("a[z,b] >= 1, <2", Required("a", "a[b,z]", "<2,>=1", "", "")),
        ("a; extra == 'x'", Required("a", "a", "", "", "x")),
        ("a; python_version < '3' and extra == 'x'", Required("a", "a", "", 'python_version < "3"', "x")),
        (
            "a; (os_name == 'nt' or python_version < '3') and extra == 'x'",
            Required("a", "a", "", '(os_name == "nt" or python_version < "3") and extra == "x"', "extras"),
        ),
        ("a; os_name == 'nt'", Required("a", "a", "", 'os_name == "nt"', "")),
    ],
)
def test_a_requirement_is_read(text: str, expected: Required) -> None:
    assert requirements_of({"requires_dist": [text]}) == [expected]


@pytest.mark.parametrize("text", ["", "a b c", "a @ https://example.org/a.zip", "a" * 201])
def test_what_names_no_project_of_an_index_is_left_out(text: str) -> None:
    assert requirements_of({"requires_dist": [text]}) == []


def test_a_name_is_optional_only_if_it_always_is() -> None:
    assert required_by({"requires_dist": ["a; extra == 'x'", "A", "b; extra == 'x'", "b; extra == 'y'"]}) == {
        "a": False,
        "b": True,
    }


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_text_is_read(texts: list[str]) -> None:
    assert all(each.name for each in requirements_of({"requires_dist": texts}))


@pytest.fixture
def token(store: Store) -> str:
    return make_token(make_user())


def names(of: str = "base") -> list[tuple[str, bool]]:
    return [(each.normalized_name, each.optional) for each in dependants_of(of, 0, 50)]


def publish(store: Store, token: str, name: str, version: str, *requires: str) -> None:
    assert upload(store, token, build_wheel(name, version, requires=requires)).status == 200


@pytest.mark.django_db
def test_dependants_follow_what_the_latest_release_requires(store: Store, token: str) -> None:
    publish(store, token, "base", "1.0")
    publish(store, token, "One", "1.0", "Base>=1", "other; extra == 'more'")
    publish(store, token, "two", "1.0", "base; extra == 'more'")
    read_journal()
    assert names() == [("one", False), ("two", True)]
    assert (names("other"), count_dependants("base")) == ([("one", True)], 2)
    Popularity.objects.create(project=Project.objects.get(name="two").pk, downloads=7)
    assert names() == [("two", True), ("one", False)]
    publish(store, token, "two", "2.0")
    read_journal()
    assert names() == [("one", False)]
    two = Project.objects.get(name="two")
    yank.yank_release(two.pk, Release.objects.get(project=two, version="2.0").pk, "", "alice")
    read_journal()
    assert names() == [("two", True), ("one", False)]
    remove.remove_project(two.pk, "alice")
    assert read_journal() == 1
    assert names() == [("one", False)]
    assert read_journal() == 0
    before = list(Requirement.objects.values_list("pk", flat=True))
    publish(store, token, "One", "1.0.post1", "Base>=1", "other; extra == 'more'")
    read_journal()
    assert list(Requirement.objects.values_list("pk", flat=True)) == before  # nothing is written for nothing


@pytest.mark.django_db
def test_what_nobody_may_see_is_neither_named_nor_counted(store: Store, token: str) -> None:
    publish(store, token, "base", "1.0", "secret")
    publish(store, token, "secret", "1.0", "base")
    read_journal()
    Project.objects.filter(name="secret").update(quarantined_at=now())
    assert (names(), count_dependants("base")) == ([], 0)
    page = Client().get("/project/base/1.0/dependencies/").content.decode()
    assert 'href="/project/secret/"' not in page
    assert "No project here requires it" in page


@pytest.mark.django_db
def test_the_page_groups_by_extra_and_links_to_what_is_here(store: Store, token: str) -> None:
    publish(store, token, "here", "1.0")
    publish(store, token, "base", "1.0", "here>=1; python_version > '3'", "gone", "quick<2; extra == 'speed'")
    read_journal()
    page = BeautifulSoup(Client().get("/project/base/1.0/dependencies/").content, "html.parser")
    lists = [[" ".join(li.text.split()) for li in found("li")] for found in page.select("ul.relations")]
    assert lists == [['here >=1 where python_version > "3"', "gone"], ["quick <2"]]
    assert [h.text for h in page.select(".column-main h3")] == ["For the extra speed"]
    assert [a["href"] for a in page.select("ul.relations a")] == ["/project/here/"]
    other = Client().get("/project/here/1.0/dependencies/").content.decode()
    assert "It requires nothing else." in other
    assert "1 project, by its latest release" in other
    assert Client().get("/project/here/1.0/dependencies/?page=2").status_code == 404
    assert Client().get("/project/Here/1/dependencies/").headers["location"] == "/project/here/1.0/dependencies/"
