# SPDX-License-Identifier: Apache-2.0
"""Sessions from opening to their end: published whole or not at all, canceled, expired; parts that are resumed."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cheeseshop.catalog.models import BlobLease, File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.journal.models import DirtyMark, Entry
from cheeseshop.publishing.sweeping import sweep
from cheeseshop.publishing.verification import verify
from cheeseshop.staging.flows.sessions import end_expired
from cheeseshop.staging.models import Session, StagedFile
from cheeseshop.storage import Store
from tests.staging.conftest import Stager
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
WHEEL, SDIST = build_wheel("demo", "1.0"), build_sdist("demo", "1.0")


def problems() -> list[str]:
    return [f"{p.kind} {p.subject}" for p in verify() if p.kind not in {"orphan", "dirty"}]


def test_all_files_appear_with_one_publication(shop: Store, alice: Stager) -> None:
    session = alice.open()
    alice.stage(session, *WHEEL)
    alice.stage(session, *SDIST)
    assert not Project.objects.exists()
    assert alice.call("POST", session["links"]["publish"]).status_code == 201
    assert set(File.objects.values_list("filename", flat=True)) == {WHEEL[0], SDIST[0]}
    actions = list(Entry.objects.order_by("serial").values_list("action", flat=True))
    assert actions == [
        "create",
        "add Owner alice",
        "new release",
        f"add py3 file {WHEEL[0]}",
        f"add source file {SDIST[0]}",
    ]
    assert set(DirtyMark.objects.values_list("serial", flat=True)) == {Project.objects.get().last_serial}
    assert not BlobLease.objects.exists()
    assert problems() == []


def test_one_name_that_is_taken_keeps_all_of_them_back(shop: Store, alice: Stager) -> None:
    session = alice.open()
    alice.stage(session, *WHEEL)
    alice.stage(session, *SDIST)
    other = build_wheel("demo", "1.0", extra={"demo/other.py": b"1"})
    token = alice.header.removeprefix("Bearer ")
    assert upload(shop, token, other).status == 200
    reply = alice.call("POST", session["links"]["publish"])
    assert (reply.status_code, reply["content-type"]) == (409, "application/problem+json")
    assert list(File.objects.values_list("filename", flat=True)) == [WHEEL[0]]
    assert alice.status(session) == "pending"
    file = next(f for f in StagedFile.objects.all() if f.filename == WHEEL[0])
    assert alice.call("DELETE", f"/upload/2.0/files/{file.pk}/").status_code == 204
    assert alice.call("POST", session["links"]["publish"]).status_code == 201
    assert File.objects.count() == 2
    assert problems() == []


def test_the_sweeper_leaves_what_is_staged_and_takes_what_was_given_up(shop: Store, alice: Stager) -> None:
    kept, given_up = alice.open(), alice.open(version="2.0")
    alice.stage(kept, *WHEEL)
    alice.stage(given_up, *build_wheel("demo", "2.0"))
    assert list(sweep(shop, timedelta(0))) == []
    assert alice.call("DELETE", given_up["links"]["session"]).status_code == 204
    assert len(list(sweep(shop, timedelta(0)))) == 2  # the file and its core metadata
    assert alice.call("POST", kept["links"]["publish"]).status_code == 201
    assert problems() == []


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


def test_a_session_is_extended_within_bounds(alice: Stager) -> None:
    session = alice.open()
    longer = json.loads(alice.call("POST", session["links"]["extend"], {"extend-for": 3600}).content)
    assert longer["expires-at"] > session["expires-at"]
    for seconds in (10**9, 10**30):
        most = json.loads(alice.call("POST", session["links"]["extend"], {"extend-for": seconds}).content)
        assert most["expires-at"][:10] <= f"{now() + timedelta(days=30, minutes=1):%Y-%m-%d}"
    for wrong in (-1, "1", None, True, 1.5):
        assert alice.call("POST", session["links"]["extend"], {"extend-for": wrong}).status_code == 400


def test_one_session_of_a_release(shop: Store, alice: Stager) -> None:
    session = alice.open()
    again = alice.call("POST", "/upload/2.0/", {"name": "Demo", "version": "1.0.0"})
    assert (again.status_code, again["location"]) == (409, session["links"]["session"])
    bob = Stager(shop, make_token(make_user("bob")))
    assert bob.call("POST", "/upload/2.0/", {"name": "demo", "version": "1.0"}).status_code == 403
    assert bob.open(version="1.1")["status"] == "pending"


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


def test_a_project_without_files_is_created(alice: Stager) -> None:
    session = alice.open("empty", "1.0")
    assert alice.call("POST", session["links"]["publish"]).status_code == 201
    assert Project.objects.get().name == "empty"
    assert not Release.objects.exists()


def test_staged_bytes_count_against_the_quota(configure: Callable[..., None], alice: Stager) -> None:
    configure(max_project_size=len(WHEEL[1]) + 10)
    session = alice.open()
    alice.stage(session, *WHEEL)
    refused = alice.declare(session, *SDIST)
    assert refused.status_code == 409
    assert "Project size too large" in json.loads(refused.content)["detail"]


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
        {"filename": "demo-1.0.zip"}, {"size": 0}, {"size": -1}, {"size": "1"}, {"size": 2**70}, {"hashes": {}},
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
