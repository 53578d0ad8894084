# SPDX-License-Identifier: Apache-2.0
"""From records to pages, the JSON API and the answers of auditors' questions."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cheeseshop.advisories import flows
from cheeseshop.advisories.models import Advisory, Finding
from cheeseshop.advisories.sources import records_in
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.pages.loop import Publisher
from cheeseshop.publishing.verification import verify
from cheeseshop.storage import Store
from tests.advisories.conftest import as_bytes, record
from tests.support.archives import build_wheel
from tests.support.asgi import ask
from tests.support.factories import SITE, make_token, make_user, upload

pytestmark = pytest.mark.django_db


def known(shop: Store, version: str = "") -> list[str]:
    """Identifiers in the legacy JSON API, as the edge serves it."""
    return [each["id"] for each in vulnerabilities(shop, version)]


def vulnerabilities(shop: Store, version: str = "") -> list[dict[str, Any]]:
    Publisher(shop, SITE).step(at_once=True)
    edge = Edge(
        current.settings(),
        EdgePaths(shop.pages, shop.public, shop.spool),
        django=None,
        uploads=None,
        private_files=None,
    )
    path = f"/pypi/demo/{version}/json" if version else "/pypi/demo/json"
    found: list[dict[str, Any]] = json.loads(ask(edge, path).body)["vulnerabilities"]
    return found


def test_an_advisory_is_told_of_the_releases_that_it_matches(client: Client, shop: Store) -> None:
    told = flows.load(as_bytes(record()))
    assert (told.new, told.projects) == (1, {"demo"})
    assert vulnerabilities(shop, "1.0") == [
        {
            "aliases": ["CVE-2026-1"], "details": "# What\n\nIt burns.", "fixed_in": ["2.0"], "id": "OSV-1",
            "link": "https://advisories.example/1", "source": "osv", "summary": "It burns <everything>",
            "withdrawn": None,
        }
    ]  # fmt: skip
    assert (known(shop, "1.5"), known(shop, "2.0"), known(shop)) == (["OSV-1"], [], [])
    page = client.get("/project/demo/1.0/").content.decode()
    assert "Known vulnerability" in page
    assert "Mended in 2.0" in page
    assert "It burns &lt;everything&gt;" in page
    assert "Known vulnerability" not in client.get("/project/demo/").content.decode()
    page = client.get("/advisory/OSV-1/").content.decode()
    assert "before 2.0" in page
    assert [p for p in verify() if p.kind == "page"] == []


def test_only_what_was_modified_is_read_again(shop: Store) -> None:
    flows.load(as_bytes(record()))
    serial = flows.SerialCounter.objects.get(pk=1).serial
    told = flows.load(as_bytes(record(summary="other words")))
    assert (told.new, told.changed, told.unchanged) == (0, 0, 1)
    assert flows.SerialCounter.objects.get(pk=1).serial == serial
    later = record(modified="2026-02-01T00:00:00Z", affected=[])
    assert flows.load(as_bytes(later)).changed == 1
    assert known(shop, "1.0") == []
    assert not Finding.objects.exists()


def test_a_withdrawn_one_is_told_with_its_date_and_no_warning(client: Client, shop: Store) -> None:
    flows.load(as_bytes(record()))
    flows.load(as_bytes(record(modified="2026-02-01T00:00:00Z", withdrawn="2026-02-01T00:00:00Z")))
    assert [each["withdrawn"] for each in vulnerabilities(shop, "1.0")] == ["2026-02-01T00:00:00Z"]
    assert "Known vulnerability" not in client.get("/project/demo/1.0/").content.decode()
    assert "withdrawn" in client.get("/advisory/OSV-1/").content.decode()


def test_releases_that_come_later_are_matched(shop: Store) -> None:
    flows.load(as_bytes(record(), record("OSV-2", affected=[{"package": {"ecosystem": "PyPI", "name": "late"},
                                                             "versions": ["0.1"]}])))  # fmt: skip
    token = make_token(make_user("bob"))
    assert flows.match_new_releases() == 0
    assert upload(shop, token, build_wheel("late", "0.1")).status == 200
    assert upload(shop, token, build_wheel("late", "0.2")).status == 200
    assert flows.match_new_releases() == 1
    assert Finding.objects.get(advisory="OSV-2").release.version == "0.1"
    assert flows.match_new_releases() == 0


def test_an_advisory_of_a_release_that_is_removed_goes_with_it(shop: Store) -> None:
    from cheeseshop.catalog.flows.remove import remove_release
    from cheeseshop.catalog.models import Release

    flows.load(as_bytes(record()))
    release = Release.objects.get(version="1.0")
    remove_release(release.project_id, release.pk, "alice")
    assert Finding.objects.count() == 1
    assert Advisory.objects.count() == 1


def test_what_is_no_record_is_refused_and_the_others_are_read(shop: Store) -> None:
    told = flows.load([("a.json", b"{"), ("b.json", b"[]"), ("c.json", b"[" * 100_000), *as_bytes(record())])
    assert told.new == 1
    assert [each.split(":")[0] for each in told.refused] == ["a.json", "b.json", "c.json"]


def test_records_are_read_from_folders_archives_and_files(shop: Store, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "OSV-1.json").write_text(json.dumps(record()))
    (folder / "README").write_text("no record")
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("OSV-1.json", json.dumps(record()))
        made.writestr("large.json", b" " * 5_000_000)
    for source, count in ((folder, 1), (archive, 2), (folder / "deep" / "OSV-1.json", 1)):
        assert len(list(records_in(source))) == count
    assert flows.load(records_in(archive)).refused[0].startswith("large.json")
    with pytest.raises(Refusal):
        list(records_in(tmp_path / "none"))


def query(client: Client, asked: object, path: str = "query") -> tuple[int, Any]:
    reply = client.post(f"/osv/v1/{path}", json.dumps(asked), content_type="application/json")
    return reply.status_code, json.loads(reply.content)


def test_auditors_ask_for_a_version(client: Client, shop: Store) -> None:
    flows.load(as_bytes(record()))
    package = {"name": "Demo", "ecosystem": "PyPI"}
    assert query(client, {"package": package, "version": "1.5"}) == (200, {"vulns": [record()]})
    assert query(client, {"package": package, "version": "2.0"}) == (200, {})
    assert query(client, {"package": package}) == (200, {"vulns": [record()]})
    assert query(client, {"package": {"name": "none", "ecosystem": "PyPI"}, "version": "1"}) == (200, {})
    assert query(client, {"package": {"name": "demo", "ecosystem": "npm"}}) == (200, {})
    asked = {"queries": [{"package": package, "version": "1.0"}, {"package": package, "version": "3"}]}
    expected = {"results": [{"vulns": [{"id": "OSV-1", "modified": "2026-01-01T00:00:00Z"}]}, {}]}
    assert query(client, asked, "querybatch") == (200, expected)
    assert json.loads(client.get("/osv/v1/vulns/OSV-1").content) == record()
    assert client.get("/osv/v1/vulns/none").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        [], {}, {"package": 1}, {"package": {"ecosystem": "PyPI"}}, {"package": {"name": "!", "ecosystem": "PyPI"}},
        {"package": {"name": "demo", "ecosystem": "PyPI"}, "version": "not one"},
    ],
)  # fmt: skip
def test_bad_questions_are_refused(client: Client, shop: Store, asked: object) -> None:
    assert query(client, asked)[0] == 400
    assert query(client, {"queries": asked if isinstance(asked, list) and asked else 3}, "querybatch")[0] == 400
    assert client.post("/osv/v1/query", b"{", content_type="application/json").status_code == 400


@pytest.mark.parametrize("path", ["/advisory/none/", "/advisory/a%00b/", "/osv/v1/vulns/a%00b"])
def test_there_is_no_other_advisory(client: Client, shop: Store, path: str) -> None:
    assert client.get(path).status_code == 404
