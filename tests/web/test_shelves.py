# SPDX-License-Identifier: Apache-2.0
"""Lists of the whole index, and of a person's projects."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cheeseshop.access.models import ProjectRole
from cheeseshop.catalog.models import Project, Release
from cheeseshop.core.clock import now
from cheeseshop.organizations.models import Organization
from cheeseshop.web import held_projects, shelves
from tests.support.factories import make_user
from tests.web.test_pages import make_project

pytestmark = pytest.mark.django_db
LISTS = ["/newest/projects/", "/newest/releases/"]


@pytest.fixture
def five(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Five projects with a release each, newest first, on pages of two."""
    monkeypatch.setattr(shelves, "_PAGE", 2)
    alice = make_user("Alice")
    names = ["eins", "zwei", "drei", "vier", "fuenf"]
    for name in names:
        make_project(name, name, alice, "1.0")
    return names[::-1]


def read(client: Client, path: str) -> tuple[list[str], str]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    page = BeautifulSoup(answer.content, "html.parser")
    further = page.select_one("a[rel=next]")
    return [name.get_text() for name in page.select(".cards .name")], str(further["href"]) if further else ""


@pytest.mark.parametrize("path", LISTS)
def test_pages_follow_each_other_without_gaps(client: Client, five: list[str], path: str) -> None:
    shown, query = read(client, path)
    while query:
        names, query = read(client, path + query)
        shown += names
    assert shown == five


@pytest.mark.parametrize("path", LISTS)
def test_what_comes_meanwhile_moves_nothing(client: Client, five: list[str], path: str) -> None:
    _, query = read(client, path)
    make_project("sechs", "sechs", make_user("Bob"), "1.0")
    assert read(client, path + query)[0] == five[2:4]


@pytest.mark.parametrize("path", LISTS)
def test_what_nobody_may_see_is_not_listed(client: Client, five: list[str], path: str) -> None:
    Project.objects.filter(name="fuenf").update(quarantined_at=now())
    Project.objects.filter(name="vier").update(visibility="private")
    Release.objects.filter(project__name="drei").update(quarantined_at=now())
    assert read(client, path)[0] == ["zwei", "eins"]
    assert "fuenf" not in client.get("/").content.decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("before", "status"),
    [("", 200), ("x", 400), ("%00", 400), ("9" * 5000, 400), ("00000000-0000-0000-0000-000000000000", 200)],
)
def test_a_place_in_a_list_is_an_identity(client: Client, five: list[str], path: str, before: str, status: int) -> None:
    assert client.get(f"{path}?before={before}").status_code == status


@pytest.mark.parametrize("path", [*LISTS, "/trending/"])
def test_an_empty_index_has_an_empty_list(client: Client, path: str) -> None:
    assert BeautifulSoup(client.get(path).content, "html.parser").select_one(".empty") is not None


@pytest.mark.parametrize("path", LISTS)
def test_only_the_first_page_is_for_search_engines(client: Client, five: list[str], path: str) -> None:
    _, query = read(client, path)
    assert "noindex" not in client.get(path).content.decode()
    assert "noindex" in client.get(path + query).content.decode()


def projects_of(client: Client, path: str) -> list[str]:
    shown, query = read(client, path)
    while query:
        names, query = read(client, path + query)
        shown += names
    return shown


def test_every_project_of_a_person_is_found_by_name(
    client: Client, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_projects, "PAGE", 2)
    Project.objects.filter(name="zwei").update(quarantined_at=now())
    assert projects_of(client, "/user/Alice/") == ["drei", "eins", "fuenf", "vier"]
    ProjectRole.objects.all().delete()
    assert "This person has no public project." in client.get("/user/Alice/").content.decode()
    assert "These were all." in client.get("/user/Alice/?after=x").content.decode()


def test_every_project_of_an_organisation_is_found_by_name(
    client: Client, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_projects, "PAGE", 2)
    acme = Organization.objects.create(name="Acme", normalized_name="acme", display_name="Acme", kind="Community")
    Project.objects.update(organization=acme)
    Project.objects.filter(name="zwei").update(visibility="private")
    assert projects_of(client, "/org/Acme/") == ["drei", "eins", "fuenf", "vier"]


@pytest.mark.parametrize("after", ["%00", "a%00", "x" * 201])
def test_a_name_that_nobody_has_is_refused(client: Client, five: list[str], after: str) -> None:
    assert client.get(f"/user/Alice/?after={after}").status_code == 400
