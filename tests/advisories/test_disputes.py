# SPDX-License-Identifier: Apache-2.0
"""Whoever is logged in can say that an advisory is wrong; administrators find it among the observations."""

import pytest
from django.core.cache import cache
from django.test import Client

from cheeseshop.advisories import flows
from cheeseshop.catalog.models import Project
from cheeseshop.moderation.models import Observation
from cheeseshop.storage import Store
from tests.advisories.conftest import as_bytes, record
from tests.support.actors import insider

pytestmark = pytest.mark.django_db
PAGE = "/manage/advisory/OSV-1/dispute/"
REASON = "It burns in version 1.5 only; 1.0 has no fire."


@pytest.fixture(autouse=True)
def known(shop: Store) -> None:
    cache.clear()
    flows.load(as_bytes(*(record(f"OSV-{number}") for number in range(1, 8)), record("OSV-9", affected=[])))


def test_a_dispute_is_an_observation() -> None:
    assert PAGE in Client().get("/advisory/OSV-1/").content.decode()
    user, visitor = insider("bob")
    assert "Dispute an advisory" in visitor.get(PAGE).content.decode()
    reply = visitor.post(PAGE, {"project": "demo", "reason": REASON})
    assert (reply.status_code, reply["location"]) == (302, "/advisory/OSV-1/")
    made = Observation.objects.get()
    assert (made.kind, made.subject, made.reported_by) == ("advisory_disputed", "demo", user)
    assert made.summary == f"OSV-1: {REASON}"
    assert made.payload["advisory"] == "OSV-1"
    assert made.project_id == Project.objects.get().pk
    again = visitor.post(PAGE, {"project": "demo", "reason": REASON})
    assert again.status_code == 409
    assert "You disputed this already" in again.content.decode()
    assert Observation.objects.count() == 1


def test_what_is_not_filled_in_is_asked_for() -> None:
    _, visitor = insider("bob")
    for data in ({"project": "demo", "reason": "no"}, {"project": "other", "reason": REASON}, {"project": "demo"}):
        assert visitor.post(PAGE, data).status_code == 200
    assert not Observation.objects.exists()
    assert visitor.get("/manage/advisory/none/dispute/").status_code == 404


def test_five_a_day() -> None:
    _, visitor = insider("bob")
    for number in range(1, 6):
        path = f"/manage/advisory/OSV-{number}/dispute/"
        assert visitor.post(path, {"project": "demo", "reason": REASON}).status_code == 302
    reply = visitor.post("/manage/advisory/OSV-6/dispute/", {"project": "demo", "reason": REASON})
    assert reply.status_code == 429
    assert int(reply["retry-after"]) > 3600
    assert Observation.objects.count() == 5
