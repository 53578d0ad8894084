# SPDX-License-Identifier: Apache-2.0
"""Whoever deletes is told how often it was downloaded in the last 30 days."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from cheeseshop.core.clock import now
from cheeseshop.storage import Store
from cheeseshop.tokens.flows import TokenRequest, create_token
from tests.support.actors import Visitor, member
from tests.support.archives import build_sdist, build_wheel
from tests.support.downloads import PIP, count, write_segment
from tests.support.factories import make_token, upload

pytestmark = pytest.mark.django_db
WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"


@pytest.fixture
def owner(shop: Store, db: None) -> tuple[Visitor, str]:
    from cheeseshop.journal.models import SerialCounter

    SerialCounter.objects.get_or_create(id=1)
    user, visitor = member()
    token = make_token(user)
    for built in (build_wheel("demo", "1.0"), build_sdist("demo", "1.0"), build_wheel("demo", "2.0")):
        assert upload(shop, token, built).status == 200
    write_segment(shop, {(WHEEL, PIP): 1234, (SDIST, PIP): 1, ("demo-2.0-py3-none-any.whl", PIP): 20})
    write_segment(shop, {(WHEEL, PIP): 5000}, now().date() - timedelta(days=31))
    count(shop)
    request = TokenRequest(user, "api", (), actions=("read", "admin"), issued_by_administrator=True)
    return visitor, create_token(request)


def test_the_pages_say_it(owner: tuple[Visitor, str]) -> None:
    visitor, _ = owner
    for path, expected in (
        ("file/" + WHEEL, '<b class="figure">1,234</b> times'),
        ("file/" + SDIST, '<b class="figure">1</b> time '),
        ("release/1.0", '<b class="figure">1,235</b> times'),
        ("settings", '<b class="figure">1,255</b> times'),
    ):
        assert expected in visitor.get(f"/manage/project/demo/{path}/").content.decode(), path


def test_the_api_says_it(owner: tuple[Visitor, str]) -> None:
    client = Client(headers={"authorization": f"Bearer {owner[1]}"})

    def read(path: str) -> dict[str, object]:
        return json.loads(client.get(f"/api/v1/projects/demo/{path}").content)

    assert read("")["downloads_30_days"] == 1255
    release = read("releases/1.0/")
    assert release["downloads_30_days"] == 1235
    assert {f["filename"]: f["downloads_30_days"] for f in release["files"]} == {WHEEL: 1234, SDIST: 1}  # type: ignore[attr-defined]
    for path, expected in (
        (f"files/{SDIST}/", f"{SDIST} is deleted. It was downloaded 1 time in the last 30 days."),
        ("releases/1.0/", "1.0 is deleted. It was downloaded 1235 times in the last 30 days."),
        ("", "demo is deleted. It was downloaded 1255 times in the last 30 days."),
    ):
        assert json.loads(client.delete(f"/api/v1/projects/demo/{path}").content) == {"message": expected}
