# SPDX-License-Identifier: Apache-2.0
"""Site maps and well-known files."""

from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.feeds import crawlers
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


def locations(client: Client, path: str) -> list[str]:
    reply = client.get(path)
    assert (reply.status_code, reply["cache-control"]) == (200, "max-age=3600, public")
    return [each.text or "" for each in ET.fromstring(reply.content).iter(f"{{{crawlers._SITE_MAP_XMLNS}}}loc")]


def test_site_maps_list_every_project_once(client: Client, shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(make_user())
    names = [f"project-{n}" for n in range(5)]
    for name in names:
        assert upload(shop, token, build_wheel(name.replace("-", "_"), "1.0")).status == 200
    Project.objects.create(name="empty", normalized_name="empty", lookalike_key="empty")
    Project.objects.filter(normalized_name="project-3").update(quarantined_at=now())
    monkeypatch.setattr(crawlers, "SITE_MAP_SIZE", 2)
    maps = locations(client, "/sitemap.xml")
    assert maps == [f"{SITE}/{n}.sitemap.xml" for n in range(4)]
    found = [url for each in maps for url in locations(client, each.removeprefix(SITE))]
    shown = [name for name in names if name != "project-3"]
    own = [url for url in found if "/project/" not in url]
    assert own[:2] == [f"{SITE}/", f"{SITE}/help/"]
    assert {f"{SITE}/security/", f"{SITE}/sitemap/", f"{SITE}/policy/terms/"} < set(own)
    assert f"{SITE}/donate/" not in own
    assert found[len(own) :] == [f"{SITE}/project/{name}/" for name in shown]


@pytest.mark.parametrize("path", ["/4.sitemap.xml", "/ffff.sitemap.xml", "/00.sitemap.xml", "/g.sitemap.xml"])
def test_there_are_no_other_site_maps(client: Client, shop: Store, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_empty_index_has_a_site_map_of_its_own_pages(client: Client, shop: Store) -> None:
    assert locations(client, "/sitemap.xml") == [f"{SITE}/0.sitemap.xml"]


def test_robots_are_kept_off_everything_at_another_name(client: Client, shop: Store) -> None:
    assert (
        "Sitemap: http://localhost:8000/sitemap.xml"
        in client.get("/robots.txt", headers={"host": "localhost:8000"}).content.decode()
    )
    elsewhere = client.get("/robots.txt", headers={"host": "127.0.0.1:8000"}).content.decode()
    assert elsewhere == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("the administrator", f"{SITE}/help/"),
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/security", "https://example.org/security"),
    ],
)
def test_security_text_names_a_contact_and_expires(
    client: Client, shop: Store, monkeypatch: pytest.MonkeyPatch, contact: str, expected: str
) -> None:
    conf = replace(current.settings(), security_contact=contact)
    monkeypatch.setattr(current, "settings", lambda: conf)
    reply = client.get("/.well-known/security.txt")
    told = dict(line.split(": ", 1) for line in reply.content.decode().splitlines())
    assert told["Contact"] == expected
    assert told["Canonical"] == f"{SITE}/.well-known/security.txt"
    assert 0 < (datetime.fromisoformat(told["Expires"]) - now()).days < 365


def test_funding_manifests_come_from_a_setting(client: Client, shop: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/.well-known/funding-manifest-urls").status_code == 404
    conf = replace(current.settings(), funding_manifests="https://a.example/f.json https://b.example/f.json")
    monkeypatch.setattr(current, "settings", lambda: conf)
    reply = client.get("/.well-known/funding-manifest-urls")
    assert reply.content == b"https://a.example/f.json\nhttps://b.example/f.json\n"


def test_humans_learn_who_runs_it(client: Client, shop: Store) -> None:
    assert b"Run by: the administrator" in client.get("/humans.txt").content
