# SPDX-License-Identifier: Apache-2.0
"""Addresses that other indexes have had lead where the thing is now."""

import pytest
from django.test import Client

from cheeseshop.catalog.models import File, Project
from cheeseshop.core.clock import now
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "proper"),
    [
        ("/p/demo/", "/project/demo/"),
        ("/p/demo/1.0/", "/project/demo/1.0/"),
        ("/u/alice/", "/user/alice/"),
        ("/pypi/demo/", "/project/demo/"),
        ("/pypi/demo/1.0/", "/project/demo/1.0/"),
        ("/pypi/", "/"),
        ("/pypi", "/"),
        ("/pypi?:action=display&name=demo", "/project/demo/"),
        ("/pypi?:action=display&name=demo&version=1.0", "/project/demo/1.0/"),
        ("/pypi?:action=search&term=a%26b", "/search/?q=a%26b"),
    ],
)
def test_old_addresses_lead_on(client: Client, asked: str, proper: str) -> None:
    reply = client.get(asked)
    assert (reply.status_code, reply.headers["location"]) == (301, proper)


def test_classifiers_are_listed_one_a_line(client: Client) -> None:
    reply = client.get("/pypi?:action=list_classifiers")
    lines = reply.content.decode().splitlines()
    assert reply.headers["content-type"].startswith("text/plain")
    assert "Programming Language :: Python :: 3" in lines
    assert len(set(lines)) == len(lines) > 800


@pytest.mark.parametrize(("action", "status"), [("doap", 410), ("rss", 404), ("display", 404), ("file_upload", 410)])
def test_what_is_no_more_says_so(client: Client, action: str, status: int) -> None:
    assert client.get(f"/pypi?:action={action}").status_code == status


@pytest.mark.parametrize("action", ["file_upload", "submit", "submit_pkg_info", "doc_upload", ""])
def test_uploads_to_the_old_address_are_told_the_new_one(action: str) -> None:
    reply = Client(enforce_csrf_checks=True).post("/pypi", {":action": action})
    assert reply.status_code == 410
    assert "/legacy/" in reply.content.decode()


def test_a_file_is_found_by_its_name_alone(client: Client, store: Store) -> None:
    filename, content = build_wheel("demo", "1.0")
    upload(store, make_token(make_user()), (filename, content))
    asked = f"/packages/py3/d/demo/{filename}"
    reply = client.get(asked)
    assert (reply.status_code, reply.headers["location"]) == (302, f"/packages/{File.objects.get().blob_key}")
    assert client.get("/packages/py3/d/demo/other-1.0-py3-none-any.whl").status_code == 404
    Project.objects.update(quarantined_at=now())
    assert client.get(asked).status_code == 404
