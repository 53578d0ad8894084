# SPDX-License-Identifier: Apache-2.0
"""The lists of managing: filtered and ordered by their address, with counts; several yanked at once."""

import re
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.journal.models import Entry
from cheeseshop.notify.models import Mail
from cheeseshop.storage import Store
from tests.support.actors import Visitor, member
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, upload

pytestmark = pytest.mark.django_db
RELEASES, FILES = "/manage/project/demo/releases/", "/manage/project/demo/files/"


@pytest.fixture
def owner(shop: Store) -> Visitor:
    user, visitor = member()
    token = make_token(user)
    big = build_wheel("demo", "2.0", extra={"demo/data.bin": bytes(range(256)) * 40})
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), big, build_wheel("demo", "10.0rc1"),
                  build_wheel("other", "1.0")):  # fmt: skip
        assert upload(shop, token, built).status == 200
    return visitor


def soup(visitor: Visitor, url: str, **query: str) -> BeautifulSoup:
    reply = visitor.get(f"{url}?{urlencode(query)}" if query else url)
    assert reply.status_code == 200, url
    return BeautifulSoup(reply.content, "html.parser")


def ticks(visitor: Visitor, url: str, **query: str) -> list[str]:
    return [str(box["value"]) for box in soup(visitor, url, **query).select("input[name=chosen]")]


def words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_the_list_of_projects_tells_how_much_each_holds(owner: Visitor) -> None:
    page = words(soup(owner, "/manage/projects/"))
    size = Project.objects.get(name="demo").total_size / 1024
    assert f"demo Owner 3 releases, 4 files, {size:.1f} KiB of 10.0 GiB used (0.0 %) , changed just now" in page
    assert "other Owner 1 release, 1 file" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["demo", "other"]),
        ({"sort": "changed"}, ["other", "demo"]),
        ({"sort": "size"}, ["demo", "other"]),
        ({"filter": "THE"}, ["other"]),
        ({"role": "Maintainer"}, ["other"]),
        ({"role": "Owner", "sort": "nonsense"}, ["demo"]),
        ({"filter": "\0"}, ["demo", "other"]),
        ({"page": "99"}, ["demo", "other"]),
    ],
)
def test_projects_by_filter_and_order(owner: Visitor, query: dict[str, str], expected: list[str]) -> None:
    ProjectRole.objects.filter(project__name="other").update(role=Role.MAINTAINER)
    assert [a.text for a in soup(owner, "/manage/projects/", **query).select(".cards a.name")] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["10.0rc1", "2.0", "1.0"]),
        ({"sort": "lowest"}, ["1.0", "2.0", "10.0rc1"]),
        ({"sort": "released"}, ["10.0rc1", "2.0", "1.0"]),
        ({"filter": "0RC"}, ["10.0rc1"]),
        ({"state": "yanked"}, ["2.0"]),
        ({"state": "offered"}, ["10.0rc1", "1.0"]),
        ({"filter": "none"}, []),
    ],
)
def test_releases_by_filter_and_order(owner: Visitor, query: dict[str, str], expected: list[str]) -> None:
    Release.objects.filter(version="2.0").update(yanked_at=now())
    assert ticks(owner, RELEASES, **query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["10.0rc1-w", "2.0-w", "1.0-w", "1.0-s"]),
        ({"sort": "name"}, ["1.0-w", "1.0-s", "10.0rc1-w", "2.0-w"]),
        ({"sort": "uploaded"}, ["10.0rc1-w", "2.0-w", "1.0-s", "1.0-w"]),
        ({"filter": "1.0.TAR"}, ["1.0-s"]),
        ({"filter": "%"}, []),
        ({"state": "yanked"}, ["2.0-w", "1.0-s"]),
        ({"state": "offered"}, ["10.0rc1-w", "1.0-w"]),
    ],
)
def test_files_by_filter_and_order(owner: Visitor, query: dict[str, str], expected: list[str]) -> None:
    Release.objects.filter(version="2.0").update(yanked_at=now())
    File.objects.filter(filename="demo-1.0.tar.gz").update(yanked_at=now())
    names = [f"demo-{e[:-2]}.tar.gz" if e.endswith("s") else f"demo-{e[:-2]}-py3-none-any.whl" for e in expected]
    assert ticks(owner, FILES, **query) == names
    assert ticks(owner, FILES, sort="size")[0] == "demo-2.0-py3-none-any.whl"


def test_several_files_are_yanked_with_one_mail_to_each_collaborator(owner: Visitor) -> None:
    helper, _ = member("helper")
    ProjectRole.objects.create(project=Project.objects.get(name="demo"), user=helper, role=Role.MAINTAINER)
    Mail.objects.all().delete()
    chosen = ["demo-1.0.tar.gz", "demo-2.0-py3-none-any.whl"]
    url = f"{FILES}?filter=demo&sort=name"
    reply = owner.post(url, {"yank": "", "chosen": chosen, "reason": "both are broken"})
    assert (reply.status_code, reply.headers["location"]) == (302, url)
    assert set(File.objects.exclude(yanked_at=None).values_list("filename", "yanked_reason")) == {
        (name, "both are broken") for name in chosen
    }
    assert sorted(Mail.objects.filter(kind="file-yanked").values_list("recipient", flat=True)) == [
        "alice@example.org",
        "helper@example.org",
    ]
    before = Entry.objects.count()
    owner.post(url, {"yank": "", "chosen": chosen, "reason": "both are broken"})  # a second click
    assert (Entry.objects.count(), Mail.objects.filter(kind="file-yanked").count()) == (before, 2)
    owner.post(url, {"unyank": "", "chosen": [*chosen, "demo-1.0-py3-none-any.whl"], "reason": "ignored"})
    assert not File.objects.exclude(yanked_at=None).exists()
    assert list(Entry.objects.filter(action__startswith="unyank").values_list("action", "version")) == [
        ("unyank file demo-1.0.tar.gz", "1.0"),
        ("unyank file demo-2.0-py3-none-any.whl", "2.0"),
    ]


def test_several_releases_are_yanked_and_offered_again(owner: Visitor, shop: Store) -> None:
    owner.post(RELEASES, {"yank": "", "chosen": ["1.0", "10.0rc1"], "reason": "old"})
    assert set(Release.objects.exclude(yanked_at=None).values_list("version", flat=True)) == {"1.0", "10.0rc1"}
    told = Mail.objects.get(kind="release-yanked").text
    assert "1.0, 10.0rc1" in told
    owner.post(RELEASES, {"unyank": "", "chosen": ["1.0", "10.0rc1"], "reason": ""})
    assert not Release.objects.exclude(yanked_at=None).exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Nothing was chosen"),
        ({"chosen": ["none\0.whl"]}, "Nothing was chosen"),
        ({"chosen": ["demo-1.0.tar.gz", "gone-1.0.tar.gz"]}, "Some of them do not exist any more"),
        ({"chosen": ["other-1.0-py3-none-any.whl"]}, "There is no file other-1.0"),
        ({"chosen": ["demo-1.0.tar.gz"], "reason": "x" * 501}, "at most 500 characters"),
    ],
)
def test_a_choice_that_is_refused_changes_nothing(owner: Visitor, form: dict[str, object], said: str) -> None:
    before = Entry.objects.count()
    reply = owner.post(FILES, {"yank": "", "reason": "", **form}, follow=True)
    assert said in words(BeautifulSoup(reply.content, "html.parser"))
    assert Entry.objects.count() == before
    assert not File.objects.exclude(yanked_at=None).exists()


def test_maintainers_tick_nothing_and_may_not(owner: Visitor) -> None:
    helper, visitor = member("helper")
    ProjectRole.objects.create(project=Project.objects.get(name="demo"), user=helper, role=Role.MAINTAINER)
    for url, chosen in ((RELEASES, "1.0"), (FILES, "demo-1.0.tar.gz")):
        assert ticks(visitor, url) == []
        assert visitor.post(url, {"yank": "", "chosen": [chosen], "reason": ""}).status_code == 403
    assert visitor.get("/manage/project/demo/").headers["location"] == RELEASES


def test_a_project_without_a_release_says_how_to_publish_the_first(owner: Visitor) -> None:
    Release.objects.all().delete()
    for url in (RELEASES, FILES):
        page = soup(owner, url)
        commands = [str(button["data-copy"]) for button in page.select("button[data-copy]")]
        assert any("uv publish --publish-url http://localhost:8000/legacy/" in each for each in commands), url
        assert any("twine upload --repository-url http://localhost:8000/legacy/" in each for each in commands), url
    assert "No release yet" in words(soup(owner, "/manage/project/demo/documentation/"))
    _, fresh = member("fresh")
    assert len(soup(fresh, "/manage/projects/").select("button[data-copy]")) == 3
    assert soup(fresh, "/manage/projects/").select("form.options") == []


@pytest.mark.parametrize("url", [RELEASES, FILES, "/manage/project/demo/history/", "/manage/projects/"])
def test_a_filter_that_finds_nothing_says_so_and_leads_back(owner: Visitor, url: str) -> None:
    page = soup(owner, url, filter="zzz")
    assert page.select_one(".empty") is not None
    assert page.select_one(f'a[href="{url}"]') is not None


def test_the_history_by_who_what_and_kind(owner: Visitor) -> None:
    owner.post("/manage/project/demo/release/1.0/", {"yank": "", "reason": ""})
    owner.post("/manage/project/demo/settings/", {"set": "", "status": "archived", "reason": ""})
    member("bob")
    owner.post("/manage/project/demo/collaboration/", {"username": "bob", "role": "Maintainer"})

    def lines(**query: str) -> list[str]:
        rows = soup(owner, "/manage/project/demo/history/", **query).select("tbody tr")
        return [row.select("td")[1].text for row in rows]

    everything = lines()
    assert everything[:3] == ["invite Maintainer bob", "set status archived", "yank release"]
    assert lines(kind="releases") == ["yank release", "new release", "new release", "new release"]
    assert all(re.match(r"add \w+ file demo-", line) for line in lines(kind="files"))
    assert len(lines(kind="files")) == 4
    assert lines(kind="people") == ["invite Maintainer bob", "add Owner alice"]
    assert lines(kind="project") == ["set status archived", "create"]
    assert sum(map(len, (lines(kind=k) for k in ("releases", "files", "people", "project")))) == len(everything)
    assert lines(filter="ARCHIVED") == ["set status archived"]
    assert lines(filter="10.0rc1", kind="releases") == ["new release"]
    assert lines(who="ALICE") == everything
    assert lines(who="bob") == []


def test_the_links_page_shows_what_is_verified_and_how_to_set_it(owner: Visitor) -> None:
    Release.objects.filter(version="2.0").update(
        facts={"project_urls": [["Home", "https://example.org/"]], "author": "Ann"}
    )
    page = soup(owner, "/manage/project/demo/documentation/")
    assert "Unverified Home Author: Ann" in words(page)
    example = page.select_one("pre code")
    assert example is not None
    assert 'Homepage = "http://localhost:8000/project/demo/"' in example.text


def test_a_release_of_very_many_files_is_shown_in_parts(owner: Visitor) -> None:
    release = Release.objects.get(version="10.0rc1")
    File.objects.bulk_create(
        File(release=release, filename=f"demo-10.0rc1-{n}-py3-none-any.whl", packagetype="bdist_wheel", size=1,
             python_version="py3", md5="", sha256="", blake2_256=f"{n:064}") for n in range(100, 170)
    )  # fmt: skip
    page = soup(owner, "/manage/project/demo/release/10.0rc1/")
    assert len(page.select(".cards a.name")) == 50
    assert len(soup(owner, "/manage/project/demo/release/10.0rc1/", page="2").select(".cards a.name")) == 21
