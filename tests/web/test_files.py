# SPDX-License-Identifier: Apache-2.0
"""The files of a release, and the page of each: what it fits, who sent it, what it holds."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Release
from cheeseshop.core.clock import now
from cheeseshop.discovery.indexing import follow_journal
from cheeseshop.publishers.models import Publisher
from cheeseshop.storage import Store
from cheeseshop.web import views
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.places import shop
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick", "shop"]
pytestmark = pytest.mark.django_db

WHEEL = "demo-1.0-cp39-abi3-manylinux_2_28_x86_64.whl"
SDIST = "demo-1.0.tar.gz"
PAGE = "/project/demo/1.0/files/"
SBOM = "demo-1.0.dist-info/sboms/bom.cdx.json"


@pytest.fixture
def alice(shop: Store) -> User:
    user = make_user("alice")
    token = make_token(user)
    lines = [
        "Summary: Keeps cheese",
        "Keywords: cheese,<i>shop</i>, cheese",
        "License: MIT",
        "Provides-Extra: wine",
        "Classifier: Programming Language :: Python :: 3",
        "Classifier: Topic :: Utilities",
    ]
    wheel = build_wheel(
        "demo",
        "1.0",
        tag="cp39-abi3-manylinux_2_28_x86_64",
        extra={SBOM: b'{"bomFormat": "CycloneDX"}'},
        metadata_lines=lines,
    )
    for built in (wheel, build_sdist("demo", "1.0")):
        assert upload(shop, token, built).status == 200
    return user


def soup(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content, "html.parser")


def facts(page: BeautifulSoup) -> dict[str, str]:
    listed = page.select_one("dl.facts")
    assert listed is not None
    texts = [" ".join(each.get_text(" ").split()) for each in listed.find_all(["dt", "dd"])]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def test_files_are_listed_with_what_they_fit(client: Client, alice: User) -> None:
    page = soup(client, PAGE)
    cards = {card.h3.a.get_text(): card for card in page.select("section.listed")}  # type: ignore[union-attr]
    assert list(cards) == [SDIST, WHEEL]
    assert "CPython 3.9 and later, Linux with glibc 2.28+, x86-64" in cards[WHEEL].get_text()
    for file in File.objects.all():
        assert f"/packages/{file.blob_key}" in str(cards[file.filename])
        for digest in (file.sha256, file.blake2_256, file.md5):
            assert digest in cards[file.filename].get_text()


def test_a_file_tells_everything_of_itself(client: Client, alice: User) -> None:
    page = soup(client, f"{PAGE}{WHEEL}/")
    file = File.objects.get(filename=WHEEL)
    told = facts(page)
    assert (told["For"], told["On"]) == ("CPython 3.9 and later", "Linux with glibc 2.28+, x86-64")
    assert (told["By"], told["With"], told["Downloads in 30 days"]) == ("alice", "test", "0")
    assert told["Contents"].startswith("5 files,")
    links = {str(link["href"]) for link in page.select("#main a")}
    assert {f"/packages/{file.blob_key}", f"/packages/{file.blob_key}.metadata", "/user/alice/"} <= links
    assert f"/project/demo/1.0/inside/{WHEEL}/at/{SBOM}" in links
    assert f"demo==1.0 --hash=sha256:{file.sha256}" in page.get_text()
    assert facts(soup(client, f"{PAGE}{SDIST}/"))["Kind"].startswith("Source")


def test_an_upload_of_a_publisher_is_told_as_one(client: Client, alice: User) -> None:
    sent = Publisher.objects.create(
        provider="github",
        issuer="https://token.actions.githubusercontent.com",
        fields_key="k",
        place="octo/demo",
        fields={"owner": "octo", "repository": "demo", "workflow": "release.yml", "environment": ""},
    )
    File.objects.filter(filename=WHEEL).update(publisher=sent)
    told = facts(soup(client, f"{PAGE}{WHEEL}/"))
    assert "octo/demo" in told["By trusted publisher"]
    assert "By" not in told


def test_who_left_is_not_named(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert "By" not in facts(soup(client, f"{PAGE}{WHEEL}/"))


def test_a_yank_of_one_file_is_told_with_its_reason(client: Client, alice: User) -> None:
    File.objects.filter(filename=WHEEL).update(yanked_at=now(), yanked_reason="It eats mice.")
    page = soup(client, f"{PAGE}{WHEEL}/").get_text()
    assert "This file was yanked" in page
    assert "It eats mice." in page
    assert "This file was yanked" not in soup(client, f"{PAGE}{SDIST}/").get_text()
    assert "Yanked: It eats mice." in soup(client, PAGE).get_text()


@pytest.mark.parametrize("name", ["other-1.0.tar.gz", "%00", "a%00b", "%ff", "9" * 5000, "..", "demo-1.0.tar.gz%20"])
def test_there_are_no_other_files(client: Client, alice: User, name: str) -> None:
    assert client.get(f"{PAGE}{name}/").status_code == 404


def test_a_file_has_one_address(client: Client, alice: User) -> None:
    answer = client.get(f"/project/DEMO/1.0.0/files/{WHEEL}/")
    assert (answer.status_code, answer["Location"]) == (301, f"{PAGE}{WHEEL}/")


def test_a_page_does_without_what_its_archive_would_tell(client: Client, shop: Store, alice: User) -> None:
    shop.blob_path(File.objects.get(filename=WHEEL).blob_key).unlink()
    assert "Contents" not in facts(soup(client, f"{PAGE}{WHEEL}/"))


def test_many_files_are_shown_page_by_page(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_PAGE_OF_FILES", 1)
    first, second = soup(client, PAGE), soup(client, f"{PAGE}?page=2")
    assert [len(page.select("section.listed")) for page in (first, second)] == [1, 1]
    assert second.select_one("section.listed h3 a").get_text() == WHEEL  # type: ignore[union-attr]
    assert client.get(f"{PAGE}?page=3").status_code == 404


def test_a_release_without_files_says_so_and_has_nothing_to_look_into(client: Client, alice: User) -> None:
    File.objects.update(quarantined_at=now())
    page = soup(client, PAGE)
    assert "This release has no files that can be shown." in page.get_text()
    assert page.find("a", string="Look inside") is None


def test_metadata_leads_to_projects_that_share_it(client: Client, alice: User) -> None:
    page = soup(client, "/project/demo/")
    links = {link.get_text(): str(link["href"]) for link in page.select("aside a")}
    assert links["Python :: 3"] == "/search/?c=Programming%20Language%20%3A%3A%20Python%20%3A%3A%203"
    assert links["cheese"] == "/search/?q=cheese"
    assert links["<i>shop</i>"] == "/search/?q=%3Ci%3Eshop%3C%2Fi%3E"
    aside = " ".join(page.aside.get_text(" ").split())  # type: ignore[union-attr]
    assert "Licence MIT" in aside
    assert "Extras wine" in aside
    assert client.get(links["Python :: 3"]).status_code == 200


def test_the_history_marks_what_is_unusual(client: Client, alice: User, shop: Store) -> None:
    token = make_token(alice)
    for version in ("1.1", "2.0rc1"):
        assert upload(shop, token, build_wheel("demo", version)).status == 200
    Release.objects.filter(version="1.1").update(yanked_at=now(), yanked_reason="Too mild.")
    rows = soup(client, "/project/demo/1.0/releases/").select("ul.cards li")
    texts = [" ".join(row.get_text(" ").split()) for row in rows]
    assert texts[0].startswith("2.0rc1 pre-release")
    assert texts[1].startswith("1.1 yanked")
    assert "Yanked: Too mild." in texts[1]
    assert texts[2].startswith("1.0 shown here")


def test_lists_tell_what_a_release_says_as_long_as_it_may_be_shown(client: Client, alice: User) -> None:
    follow_journal()
    for path in ("/user/alice/", "/newest/projects/"):
        assert "Keeps cheese" in soup(client, path).get_text()
    Release.objects.update(quarantined_at=now())
    for path in ("/user/alice/", "/newest/projects/"):
        assert "Keeps cheese" not in soup(client, path).get_text()
