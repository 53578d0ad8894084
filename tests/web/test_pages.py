# SPDX-License-Identifier: Apache-2.0
"""The site's pages as any client sees them: addresses, warnings, and input that nobody sends by accident."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from packaging.version import Version

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Description, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from tests.support.factories import make_user

pytestmark = pytest.mark.django_db


def make_project(name: str, normalized: str, owner: User, *versions: str) -> Project:
    project = Project.objects.create(name=name, normalized_name=normalized, lookalike_key=normalized)
    project.roles.create(user=owner, role="Owner")
    for version in versions:
        parsed = Version(version)
        release = Release.objects.create(
            project=project,
            version=version,
            sort_key=sort_key(parsed),
            is_prerelease=parsed.is_prerelease,
            summary=f"Summary of {version}",
            facts={"project_urls": [["Home", "https://example.org/"]], "author": "<b>A. Author</b>"},
        )
        Description.objects.create(release=release, raw="*x*", html="<p><em>x</em></p>")
    return project


@pytest.fixture
def owner() -> User:
    return make_user("Alice")


@pytest.fixture
def project(owner: User) -> Project:
    return make_project("Big.Project", "big-project", owner, "1.0", "1.10", "2.0rc1")


def text_of(answer: object) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())  # type: ignore[attr-defined]


def heading(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content, "html.parser").h1.get_text()  # type: ignore[union-attr]


def test_the_latest_release_is_the_highest_final_one_that_is_not_yanked(client: Client, project: Project) -> None:
    assert heading(client, "/project/big-project/") == "Big.Project 1.10"
    project.releases.filter(version="1.10").update(yanked_at=now(), yanked_reason="broken")
    assert heading(client, "/project/big-project/") == "Big.Project 1.0"
    project.releases.filter(version="1.0").update(quarantined_at=now())
    assert heading(client, "/project/big-project/") == "Big.Project 2.0rc1"
    project.releases.filter(version="2.0rc1").update(yanked_at=now())
    assert heading(client, "/project/big-project/") == "Big.Project 1.10"


@pytest.mark.parametrize(
    ("asked", "proper"),
    [
        ("/project/Big.Project/", "/project/big-project/"),
        ("/project/BIG__project/1.0.0/", "/project/big-project/1.0/"),
        ("/project/big-project/v1.10/files/", "/project/big-project/1.10/files/"),
        ("/project/big-project/2.0-RC1/releases/?page=1", "/project/big-project/2.0rc1/releases/?page=1"),
        ("/user/aLICE/", "/user/Alice/"),
    ],
)
def test_each_thing_has_one_address(client: Client, project: Project, asked: str, proper: str) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer["Location"]) == (301, proper)
    assert client.get(proper).status_code == 200


def test_a_project_whose_name_looks_like_its_version_keeps_its_address(client: Client, owner: User) -> None:
    make_project("1", "1", owner, "1.0")
    answer = client.get("/project/1/1/")
    assert (answer.status_code, answer["Location"]) == (301, "/project/1/1.0/")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "archived", "status_reason": "See Other."}, "This project is archived"),
        ({"status": "deprecated", "status_reason": "Use Other."}, "Use Other."),
        ({"quarantined_at": now()}, "This project is in quarantine"),
    ],
)
def test_a_warning_comes_before_the_name(
    client: Client, project: Project, change: dict[str, object], words: str
) -> None:
    Project.objects.filter(id=project.id).update(**change)
    text = text_of(client.get("/project/big-project/")).partition("Search Simple index Publish")[2]
    assert -1 < text.find(words) < text.find("Big.Project")


def test_a_project_in_quarantine_shows_its_name_and_nothing_else(client: Client, project: Project) -> None:
    Project.objects.filter(id=project.id).update(quarantined_at=now())
    page = client.get("/project/big-project/").content.decode()
    assert "pip install" not in page
    assert "Summary of" not in page
    assert client.get("/project/big-project/1.0/files/").status_code == 404
    assert "Big.Project" not in client.get("/").content.decode()


def test_a_yank_is_told_with_its_reason_and_what_it_means(client: Client, project: Project) -> None:
    project.releases.filter(version="1.0").update(yanked_at=now(), yanked_reason="It eats mice.")
    text = text_of(client.get("/project/big-project/1.0/"))
    assert "This release was yanked" in text
    assert "It eats mice." in text
    assert "exact version" in text


@pytest.mark.parametrize(
    ("path", "requirement"),
    [("/project/big-project/", "big-project"), ("/project/big-project/1.10/", "big-project"),
     ("/project/big-project/1.0/", "big-project==1.0"), ("/project/big-project/2.0rc1/", "big-project==2.0rc1")],
)  # fmt: skip
def test_the_command_installs_the_release_that_is_shown(
    client: Client, project: Project, path: str, requirement: str
) -> None:
    page = BeautifulSoup(client.get(path).content, "html.parser")
    commands = [code.get_text() for code in page.select(".install code")]
    assert [command.split()[-1] for command in commands] == [requirement, requirement]


@pytest.mark.parametrize("visibility", ["internal", "private"])
def test_what_is_not_public_does_not_exist(client: Client, project: Project, visibility: str) -> None:
    Project.objects.filter(id=project.id).update(visibility=visibility)
    for path in ("/project/big-project/", "/project/big-project/1.0/", "/project/big-project/1.0/files/"):
        assert client.get(path).status_code == 404
    assert client.get("/project/Big.Project/").status_code == 404, "a redirect would tell"
    for path in ("/", "/user/Alice/"):
        page = client.get(path).content.decode()
        assert "Big.Project" not in page
        assert '<b class="figure">1</b>' not in page


def test_what_authors_write_is_escaped(client: Client, project: Project) -> None:
    project.releases.update(summary="<script>alert(1)</script>")
    for path in ("/", "/project/big-project/", "/project/big-project/1.0/"):
        assert "<script>alert" not in client.get(path).content.decode()
    assert "&lt;b&gt;A. Author" in client.get("/project/big-project/").content.decode()


NONSENSE = ["%00", "a%00b", "%ff%fe", "%ED%A0%80", "..", "%20", "%E2%80%AE", "9" * 700, "9" * 5000, "1.0%00"]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_not_found_and_never_a_failure(client: Client, project: Project, text: str) -> None:
    for path in (f"/project/{text}/", f"/project/big-project/{text}/", f"/project/big-project/{text}/files/",
                 f"/project/big-project/{text}/releases/", f"/user/{text}/"):  # fmt: skip
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("page", "status"),
    [("1", 200), ("0", 404), ("99", 404), ("-1", 400), ("x", 400), ("", 400), ("1.5", 400), ("%C2%B2", 400),
     ("9" * 30, 404), ("000000001" + "1" * 30, 404), ("9" * 5000, 404), ("%00", 400)],
)  # fmt: skip
def test_a_page_number_is_a_number_in_range(client: Client, project: Project, page: str, status: int) -> None:
    assert client.get(f"/project/big-project/1.0/releases/?page={page}").status_code == status


def test_an_inactive_person_is_neither_shown_nor_linked(client: Client, project: Project, owner: User) -> None:
    User.objects.filter(id=owner.id).update(is_active=False)
    assert client.get("/user/Alice/").status_code == 404
    assert "/user/Alice/" not in client.get("/project/big-project/").content.decode()


def test_an_empty_index_says_what_to_do(client: Client) -> None:
    text = text_of(client.get("/"))
    assert "uv publish --publish-url" in text


def test_a_project_without_releases_says_so(client: Client, owner: User) -> None:
    make_project("Empty", "empty", owner)
    answer = client.get("/project/empty/")
    assert answer.status_code == 404
    assert "has no release yet" in text_of(answer)
