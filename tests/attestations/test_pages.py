# SPDX-License-Identifier: Apache-2.0
"""What people read of provenance: the project's tab, a file's panels, and what strangers put into certificates."""

import hashlib
import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cheeseshop.attestations.models import Provenance
from cheeseshop.attestations.showing import link as safe_link
from cheeseshop.attestations.showing import panels
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.storage import Store
from tests.attestations.conftest import upload_demo
from tests.support.archives import build_wheel
from tests.support.factories import make_token, upload
from tests.support.notary import PUBLISH, SLSA, Identity, Notary, github

pytestmark = pytest.mark.django_db

WHEEL = build_wheel("demo", "1.0")
TAB = "/project/demo/1.0/provenance/"
FILE = f"{TAB}{WHEEL.filename}/"


def read(client: Client, path: str) -> BeautifulSoup:
    reply = client.get(path)
    assert reply.status_code == 200
    return BeautifulSoup(reply.content, "html.parser")


def words(page: BeautifulSoup) -> str:
    main = page.find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


@pytest.fixture
def published(store: Store, notary: Notary, publisher_token: str) -> None:
    sha256 = hashlib.sha256(WHEEL.content).hexdigest()
    both = [notary.attest(WHEEL.filename, sha256, github(), kind) for kind in (PUBLISH, SLSA)]
    assert upload(store, publisher_token, WHEEL, attestations=json.dumps(both)).status == 200


def test_the_tab_tells_who_may_publish_and_where_releases_came_from(client: Client, published: None) -> None:
    page = read(client, TAB)
    text = words(page)
    assert "Every file of release 1.0 carries attestations" in text
    assert "octo/demo release.yml" in text
    assert "People, with an API token: alice" in text
    rows = [[cell.get_text(" ", strip=True) for cell in row.find_all("td")] for row in page.find_all("tr")[1:]]
    assert [(row[0], row[2], row[3]) for row in rows] == [("1.0", "1 of 1", "1 of 1"), ("0.1", "0 of 1", "0 of 1")]
    assert page.find("a", href=FILE) is not None
    assert "did not come from the trusted publisher" not in text
    assert read(client, "/project/demo/1.0/").select_one(f'.facts-line a[href="{TAB}"]') is not None
    assert read(client, "/project/demo/0.1/").select_one('.facts-line a[href$="/provenance/"]') is None
    files = read(client, "/project/demo/1.0/files/")
    assert files.find("a", href=FILE) is not None


def test_a_release_by_token_after_one_by_a_publisher_is_warned_of(
    client: Client, store: Store, published: None
) -> None:
    token = make_token(File.objects.get(filename__contains="0.1").uploaded_by)
    for version in ("1.1", "1.2"):
        assert upload_demo(store, token, "", version).status == 200
    lost = words(read(client, "/project/demo/1.1/provenance/"))
    assert "This release did not come from the trusted publisher" in lost
    assert "with an API token of alice" in lost
    assert "No file of release 1.1 carries attestations" in lost
    after = read(client, "/project/demo/1.2/provenance/")
    assert "This release did not come" not in words(after)
    assert [each.get_text() for each in after.select("td .badge")] == ["provenance lost"]


def test_a_project_that_never_had_a_publisher(client: Client, project: Project) -> None:
    text = words(read(client, "/project/demo/0.1/provenance/"))
    assert "No trusted publisher." in text
    assert "nothing but this index" in text


def test_a_project_that_takes_files_from_publishers_only(client: Client, project: Project, published: None) -> None:
    from cheeseshop.publishers.models import ProjectRule

    ProjectRule.objects.create(project=project, only_publishers=True)
    assert "Nobody else: API tokens are refused." in words(read(client, TAB))


def test_a_files_panels(client: Client, published: None) -> None:
    page = read(client, FILE)
    assert [each.get_text() for each in page.select("section.file h3")] == [
        "Publish attestation", "Build provenance (SLSA)",
    ]  # fmt: skip
    first = page.select_one("section.file dl")
    assert first is not None
    facts = dict(zip([dt.text for dt in first.find_all("dt")], first.find_all("dd"), strict=True))
    commit = github().claims["commit"]
    assert facts["Repository"].a["href"] == "https://github.com/octo/demo"
    assert facts["Commit"].a["href"] == f"https://github.com/octo/demo/commit/{commit}"
    assert facts["Run"].a["href"].startswith("https://github.com/octo/demo/actions/runs/")
    assert facts["Workflow"].text.endswith("/.github/workflows/release.yml@refs/tags/v1.0")
    assert facts["Transparency log entry"].text == "1"
    assert facts["Transparency log entry"].a is None  # it is not in the public log, but in ours
    assert "What this proves, and what not" in words(page)
    assert page.find("a", href=f"/integrity/demo/1.0/{WHEEL.filename}/provenance") is not None


@pytest.mark.parametrize(
    "path",
    [
        "/project/demo/0.1/provenance/demo-0.1-py3-none-any.whl/", f"{TAB}nothing/", "/project/demo/9/provenance/",
        f"/project/demo/0.1/provenance/{WHEEL.filename}/", "/project/nothing/1/provenance/", f"{TAB}%00/",
    ],
)  # fmt: skip
def test_what_there_is_not(client: Client, published: None, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("what", ["project", "release", "file", "private"])
def test_what_is_held_back_is_not_shown(client: Client, published: None, what: str) -> None:
    held: dict[str, Any] = {"quarantined_at": now()}
    {
        "project": lambda: Project.objects.update(**held),
        "release": lambda: Release.objects.filter(version="1.0").update(**held),
        "file": lambda: File.objects.filter(filename=WHEEL.filename).update(**held),
        "private": lambda: Project.objects.update(visibility="private"),
    }[what]()
    assert client.get(FILE).status_code == 404
    if what == "file":
        assert WHEEL.filename not in client.get(TAB).content.decode()


def test_what_certificates_say_is_escaped_and_linked_only_to_the_providers_host(
    client: Client, store: Store, notary: Notary, published: None
) -> None:
    evil = {
        "repository": "https://github.com/octo/demo",
        "run": "javascript:alert(1)",
        "trigger": "<script>alert(1)</script>",
        "ref": "\u202eevil\0\n<b>",
    }
    who = github()
    statement = panels({"kind": "GitHub"}, Provenance.objects.get().statements)[0]
    assert statement.title == "Publish attestation"
    wheel = build_wheel("demo", "6.6")
    value = notary.attest(wheel.filename, hashlib.sha256(wheel.content).hexdigest(), Identity(who.address, {
        **who.claims, **evil, "config": f"https://github.com/octo/demo/.github/workflows/release.yml@{evil['ref']}",
    }))  # fmt: skip
    from cheeseshop.publishers.models import ProjectPublisher
    from tests.support.trusted import github_publisher, link

    ProjectPublisher.objects.all().delete()
    token = link(Project.objects.get(), github_publisher())
    assert upload(store, token, wheel, attestations=json.dumps([value])).status == 200
    body = client.get(f"/project/demo/6.6/provenance/{wheel.filename}/").content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body
    assert 'href="javascript' not in body
    assert "\u202e" not in body
    assert "\0" not in body


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://github.com/a/b", "https://github.com/a/b"),
        ("https://GITHUB.com/a/b", "https://github.com/a/b"),
        ("http://github.com/a/b", ""),
        ("https://github.com.evil.example/a", ""),
        ("https://evil@github.com/a", ""),
        ("https://github.com:444/a", ""),
        ("https://github.com/a?b=c", ""),
        ("https://github.com/a#b", ""),
        ('https://github.com/"><script>', ""),
        ("javascript:alert(1)", ""),
        ("//github.com/a", ""),
        ("https://[/a", ""),
        ("", ""),
    ],
)
def test_which_addresses_are_linked(address: str, shown: str) -> None:
    assert safe_link(address, "github.com") == shown
    assert safe_link(address, "") == ""


def test_links_of_a_gitlab_of_ones_own_lead_to_its_host() -> None:
    told = dict.fromkeys(("ref", "workflow", "trigger", "runner", "builder", "build_type", "issuer", "log_id"), "")
    told |= {"predicate_type": PUBLISH, "commit": "ab" * 20, "log_index": "7", "in_public_log": False}  # type: ignore[dict-item]
    told |= {"logged_at": "2026-01-01T00:00:00+00:00", "repository": "https://git.example.org/a/b"}
    told |= {"run": "https://git.example.org/a/b/-/jobs/42"}
    publisher = {"kind": "GitLab self-managed", "issuer": "https://git.example.org"}
    (panel,) = panels(publisher, [told])
    assert {line.label: line.url for line in panel.lines if line.url} == {
        "Repository": "https://git.example.org/a/b",
        "Commit": f"https://git.example.org/a/b/-/commit/{'ab' * 20}",
        "Run": "https://git.example.org/a/b/-/jobs/42",
    }
