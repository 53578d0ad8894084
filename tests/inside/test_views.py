# SPDX-License-Identifier: Apache-2.0
"""The pages inside published files."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.storage import Store, open_store
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import SITE, make_token, make_user, upload

pytestmark = pytest.mark.django_db
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
AT = f"/project/demo/1.0/inside/{WHEEL}/"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    store = open_store()
    token = make_token(make_user())
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("demo", "2.0")):
        assert upload(store, token, built).status == 200
    return store


def page(client: Client, path: str, status: int = 200) -> str:
    reply = client.get(path)
    assert reply.status_code == status, reply.content
    return reply.content.decode()


def test_a_reader_walks_from_files_to_a_line(client: Client, shop: Store) -> None:
    assert AT in page(client, "/project/demo/1.0/files/")
    top = page(client, AT)
    assert f"{AT}at/demo/" in top
    assert f"{AT}at/demo-1.0.dist-info/" in top
    assert "METADATA" in page(client, f"{AT}at/demo-1.0.dist-info/")
    member = page(client, f"{AT}at/demo-1.0.dist-info/METADATA")
    assert '<span id="L-1">' in member
    assert "SHA-256" in member
    assert 'content="noindex"' in member


def test_source_distributions_are_read_too(client: Client, shop: Store) -> None:
    at = f"/project/demo/1.0/inside/{SDIST}/"
    assert f"{at}at/demo-1.0/" in page(client, at)
    assert "Metadata-Version" in page(client, f"{at}at/demo-1.0/PKG-INFO")


def test_a_release_leads_into_its_first_file(client: Client, shop: Store) -> None:
    assert client.get("/project/demo/1.0/inside/")["location"] == AT


def test_the_raw_bytes_can_do_nothing(client: Client, shop: Store) -> None:
    reply = client.get(f"{AT}at/demo-1.0.dist-info/METADATA?raw")
    assert reply["content-type"] == "text/plain; charset=utf-8"
    assert reply["content-disposition"] == 'attachment; filename="METADATA"'
    assert "sandbox" in reply["content-security-policy"]
    assert reply["x-content-type-options"] == "nosniff"
    assert reply.content.startswith(b"Metadata-Version")


@pytest.mark.parametrize(
    "path",
    ["at/none", "at/none/", "at/../../etc/passwd", "at/%2e%2e/x", "at/demo%00", "at/demo-1.0.dist-info"],
)
def test_there_is_nothing_else(client: Client, shop: Store, path: str) -> None:
    page(client, AT + path, 404)


def test_what_is_held_back_is_not_shown(client: Client, shop: Store) -> None:
    paths = [AT, f"{AT}at/demo-1.0.dist-info/METADATA", f"{AT}at/demo-1.0.dist-info/METADATA?raw",
             f"{AT}difference/?from=2.0",
             "/project/demo/2.0/inside/demo-2.0-py3-none-any.whl/difference/?from=1.0"]  # fmt: skip
    for path in paths:
        page(client, path)
    for rows, change in (
        (File.objects.filter(filename=WHEEL), {"quarantined_at": now()}),
        (Release.objects.filter(version="1.0"), {"quarantined_at": now()}),
        (Project.objects.all(), {"quarantined_at": now()}),
        (Project.objects.all(), {"visibility": "private"}),
        (File.objects.filter(filename=WHEEL), {"visibility": "private"}),
    ):
        before = {name: getattr(rows[0], name) for name in change}
        rows.update(**change)
        for path in paths:
            page(client, path, 404)
        rows.update(**before)


def test_two_releases_are_compared(client: Client, shop: Store) -> None:
    shown = page(client, "/project/demo/2.0/inside/demo-2.0-py3-none-any.whl/difference/?from=1.0")
    assert '<span class="ins">+Version: 2.0\n</span>' in shown
    assert '<span class="del">-Version: 1.0\n</span>' in shown
    page(client, "/project/demo/2.0/inside/demo-2.0-py3-none-any.whl/difference/?from=9.9", 404)
    page(client, "/project/demo/2.0/inside/demo-2.0-py3-none-any.whl/difference/", 404)


def test_a_bill_of_materials_is_a_table(client: Client, shop: Store) -> None:
    bill = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "open<ssl>", "version": "3"}]}'
    built = build_wheel("bill", "1.0", extra={"bill-1.0.dist-info/sboms/a.cdx.json": bill})
    assert upload(shop, make_token(make_user("bob")), built).status == 200
    at = "/project/bill/1.0/inside/bill-1.0-py3-none-any.whl/"
    assert "Bills of materials" in page(client, at)
    assert "open&lt;ssl&gt;" in page(client, f"{at}at/bill-1.0.dist-info/sboms/a.cdx.json")


def test_bytes_that_are_gone_are_said_to_be(client: Client, shop: Store) -> None:
    shop.blob_path(File.objects.get(filename=WHEEL).blob_key).unlink()
    assert "be looked into" in page(client, AT, 422)
