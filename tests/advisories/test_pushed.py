# SPDX-License-Identifier: Apache-2.0
"""Advisories that are pushed to us, signed with real keys that a real server lists."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from cheeseshop.advisories import flows
from cheeseshop.advisories.models import Advisory, AffectedProject, Finding
from cheeseshop.core import current
from cheeseshop.journal.models import SerialCounter
from cheeseshop.storage import Store
from tests.advisories.conftest import as_bytes, record
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.key_server import Scanner, scanner

pytestmark = pytest.mark.django_db
ADDRESS = "/_/vulnerabilities/osv/report"
HEADER = "VULN-PUBLIC-KEY"


@pytest.fixture
def source(shop: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scanner]:
    cache.clear()
    with scanner() as running:
        conf = replace(current.settings(), osv_keys_url=running.url)
        monkeypatch.setattr(current, "settings", lambda: conf)
        yield running


def told(**changes: Any) -> dict[str, Any]:
    return {
        "id": "PYSEC-1",
        "project": "Demo",
        "versions": ["1.0", "1.5", "9.9", "no version"],
        "link": "https://advisories.example/1",
        "aliases": ["CVE-1"],
        "details": "It burns.",
        "events": [{"introduced": "0"}, {"fixed": "2.0"}],
    } | changes


def send(source: Scanner, *reports: object, **headers: str) -> HttpResponse:
    body = json.dumps(reports).encode()
    signed = source.headers(body, prefix=HEADER) | headers
    return Client(enforce_csrf_checks=True).post(ADDRESS, body, content_type="application/json", headers=signed)


def matched(advisory: str = "PYSEC-1") -> list[str]:
    return sorted(Finding.objects.filter(advisory=advisory).values_list("release__version", flat=True))


def test_named_versions_are_matched_and_no_others(source: Scanner) -> None:
    assert send(source, told()).status_code == 204
    assert matched() == ["1.0", "1.5"]
    found = Advisory.objects.get()
    assert (found.source, found.aliases, found.link) == ("pushed", ["CVE-1"], "https://advisories.example/1")
    assert Finding.objects.first().fixed == ["2.0"]  # type: ignore[union-attr]
    page = Client().get("/project/demo/1.0/").content.decode()
    assert "PYSEC-1" in page
    assert "Mended in 2.0" in page
    asked = {"package": {"name": "demo", "ecosystem": "PyPI"}, "version": "1.5"}
    answer = Client().post("/osv/v1/query", json.dumps(asked), content_type="application/json").json()
    assert [each["id"] for each in answer["vulns"]] == ["PYSEC-1"]
    asked["version"] = "1.9"
    assert Client().post("/osv/v1/query", json.dumps(asked), content_type="application/json").json() == {}


def test_the_same_again_changes_nothing(source: Scanner) -> None:
    send(source, told())
    serial = SerialCounter.objects.get().serial
    assert send(source, told()).status_code == 204
    assert SerialCounter.objects.get().serial == serial
    send(source, told(versions=["2.0"]))
    assert matched() == ["2.0"]
    assert SerialCounter.objects.get().serial > serial


def test_no_versions_take_it_off_and_withdrawal_is_told(source: Scanner) -> None:
    send(source, told(withdrawn="2026-01-01T00:00:00Z"))
    assert Advisory.objects.get().withdrawn_at is not None
    assert "Known vulnerability" not in Client().get("/project/demo/1.0/").content.decode()
    send(source, told())
    assert Advisory.objects.get().withdrawn_at is None
    send(source, told(versions=[]))
    assert matched() == []
    assert not AffectedProject.objects.exists()
    send(source, told(id="PYSEC-2", versions=[]))
    assert Advisory.objects.count() == 1


def test_one_advisory_of_two_projects(source: Scanner, shop: Store) -> None:
    assert upload(shop, make_token(make_user("bob")), build_wheel("other", "1.0")).status == 200
    send(source, told(), told(project="other", versions=["1.0"]), told(project="not-here"))
    assert sorted(AffectedProject.objects.values_list("normalized_name", flat=True)) == ["demo", "other"]
    send(source, told(versions=[]))
    assert matched() == ["1.0"]


def test_what_a_feed_told_stays(source: Scanner) -> None:
    flows.load(as_bytes(record("PYSEC-1")))
    assert send(source, told(versions=["2.0"])).status_code == 204
    assert matched() == ["1.0", "1.5"]
    assert Advisory.objects.get().source == "osv"


@pytest.mark.parametrize(
    "reports",
    [[1], [{}], [told(id="a b")], [told(project="!")], [told(versions="1.0")], [told()] * 1001],
    ids=["number", "empty", "id", "project", "versions", "many"],
)
def test_what_is_no_report_is_refused(source: Scanner, reports: list[object]) -> None:
    reply = send(source, *reports)
    assert reply.status_code == 400
    assert reply.json()["message"]  # type: ignore[attr-defined]
    assert not Advisory.objects.exists()


def test_who_did_not_sign_is_refused(source: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send(source, told(), **{f"{HEADER}-IDENTIFIER": "unknown"}).status_code == 400
    other = source.headers(b"[]", prefix=HEADER)[f"{HEADER}-SIGNATURE"]
    assert send(source, told(), **{f"{HEADER}-SIGNATURE": other}).status_code == 400
    assert Client().post(ADDRESS, b"[]", content_type="application/json").status_code == 400
    conf = replace(current.settings(), osv_keys_url="off")
    monkeypatch.setattr(current, "settings", lambda: conf)
    assert send(source, told()).status_code == 400
    assert Client().get(ADDRESS).status_code == 405
    assert not Advisory.objects.exists()
