# SPDX-License-Identifier: Apache-2.0
"""Parts that are resumed, sessions that end with parts in them, and what is refused."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cheeseshop.catalog.models import BlobLease, File
from cheeseshop.core.clock import now
from cheeseshop.publishing.verification import verify
from cheeseshop.staging.flows.sessions import end_expired
from cheeseshop.staging.models import Session, StagedFile
from cheeseshop.storage import Store
from tests.support.archives import build_sdist, build_wheel
from tests.support.quick_accounts import no_limits, quick
from tests.support.stager import Stager, alice, configure, shop

__all__ = ["alice", "configure", "no_limits", "quick", "shop"]
pytestmark = pytest.mark.django_db
WHEEL, SDIST = build_wheel("demo", "1.0"), build_sdist("demo", "1.0")


def problems() -> list[str]:
    return [f"{p.kind} {p.subject}" for p in verify() if p.kind not in {"orphan", "dirty"}]


def test_sessions_end_when_their_time_is_over(shop: Store, alice: Stager) -> None:
    session = alice.open()
    alice.stage(session, *WHEEL)
    declared = alice.declare(session, *SDIST, mechanism="vnd-cheeseshop-http-parts")
    assert alice.send(json.loads(declared.content), SDIST[1][:10], "offset=0").status == 202
    Session.objects.update(expires_at=now() - timedelta(seconds=1))
    assert alice.call("POST", session["links"]["publish"]).status_code == 409
    end_expired()
    end_expired()
    assert alice.status(session) == "canceled"
    assert (list(shop.staged.iterdir()), list(shop.parts.iterdir())) == ([], [])
    assert not StagedFile.objects.exists()
    assert not BlobLease.objects.exists()
    alice.open()  # the release is free again
    Session.objects.filter(status="canceled").update(ended_at=now() - timedelta(days=8))
    end_expired()
    assert alice.call("GET", session["links"]["session"]).status_code == 404


def test_parts_are_resumed_where_they_broke_off(alice: Stager) -> None:
    session = alice.open()
    filename, data = WHEEL
    declared = alice.declare(session, filename, data, mechanism="vnd-cheeseshop-http-parts")
    file = json.loads(declared.content)
    assert file["mechanism"]["received"] == 0
    first = alice.send(file, data[:100], "offset=0")
    assert (first.status, dict(first.headers)) == (202, {"upload-offset": "100"})
    for query, status in (("offset=0", 409), ("offset=101", 409), ("", 400), ("offset=x", 400), ("offset=-1", 400),
                          ("offset=" + "9" * 30, 400), ("offset=%00", 400)):  # fmt: skip
        refused = alice.send(file, data[100:], query)
        assert refused.status == status, query
        assert status == 400 or dict(refused.headers) == {"upload-offset": "100"}
    told = json.loads(alice.call("GET", file["links"]["file-upload-session"]).content)
    assert told["mechanism"]["received"] == 100
    assert alice.call("POST", file["links"]["complete"]).status_code == 409
    assert alice.send(file, data[100:200], "offset=100").status == 202
    assert alice.send(file, data[200:], "offset=200").status == 201
    assert list(alice.store.parts.iterdir()) == []
    assert alice.call("POST", file["links"]["complete"]).status_code == 201
    assert alice.call("POST", session["links"]["publish"]).status_code == 201
    assert File.objects.get().size == len(data)
    assert problems() == []


def test_parts_that_are_not_what_was_declared_are_sent_again(alice: Stager) -> None:
    session = alice.open()
    filename, data = WHEEL
    file = json.loads(alice.declare(session, filename, data, mechanism="vnd-cheeseshop-http-parts").content)
    assert alice.send(file, b"x" * 50, "offset=0").status == 202
    assert alice.send(file, data[50:], "offset=50").status == 400
    assert alice.store.received(StagedFile.objects.get().pk) == 0
    assert alice.send(file, data, "offset=0").status == 201


def test_without_the_setting_there_is_nothing(configure: Callable[..., None], alice: Stager) -> None:
    configure(upload_2=False)
    assert alice.call("POST", "/upload/2.0/", {"name": "demo", "version": "1.0"}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "GET"])
def test_other_methods_are_refused(alice: Stager, method: str) -> None:
    refused = alice.call(method, "/upload/2.0/")
    assert (refused.status_code, refused["allow"]) == (405, "POST")


def test_who_has_no_token_is_refused_in_the_form_of_a_problem(alice: Stager) -> None:
    reply = Client().post("/upload/2.0/", b"{}", content_type="application/vnd.pypi.upload.v2+json")
    assert (reply.status_code, reply["content-type"]) == (403, "application/problem+json")
    assert alice.call("POST", "/upload/2.0/", {"meta": {"api-version": "3.0"}}).status_code == 400


def test_the_first_file_of_a_wrong_kind_changes_nothing(alice: Stager) -> None:
    session = alice.open()
    wrong: list[dict[str, Any]] = [
        {"filename": "other-1.0-py3-none-any.whl"}, {"filename": "demo-2.0.tar.gz"}, {"filename": "../demo-1.0.tar.gz"},
        {"size": 0}, {"size": -1}, {"size": "1"}, {"size": 2**70}, {"hashes": {}},
        {"hashes": {"sha256": "zz"}}, {"hashes": {"md5": "0" * 32}}, {"hashes": {"unknown": "00"}}, {"hashes": []},
        {"metadata": 3}, {"metadata": "Name: demo"}, {"mechanism": ""},
    ]  # fmt: skip
    for changes in wrong:
        told = {"filename": WHEEL[0], "size": 9, "hashes": {"sha256": "0" * 64}, "mechanism": "http-post-bytes"}
        reply = alice.call("POST", session["links"]["upload"], told | changes)
        assert (reply.status_code, reply["content-type"]) == (400, "application/problem+json"), changes
        assert json.loads(reply.content)["errors"]
    assert alice.declare(session, *WHEEL, mechanism="tus").status_code == 422
    assert not StagedFile.objects.exists()
