# SPDX-License-Identifier: Apache-2.0
"""Sessions of Upload 2.0: what may be opened, staged and published, and what stands against it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import BlobLease, File, Project, Release, UsedFilename
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.journal.models import Entry, SerialCounter
from cheeseshop.moderation.models import Case
from cheeseshop.notify.models import Mail
from cheeseshop.publishing import quarantining, sweeping
from cheeseshop.publishing.quarantining import Order
from cheeseshop.staging.flows.sessions import end_expired
from cheeseshop.staging.models import Session, StagedFile
from cheeseshop.storage import Store, open_store
from cheeseshop.tokens.models import Token
from tests.support.archives import build_sdist, build_wheel
from tests.support.factories import make_token, make_user, upload
from tests.support.staging import Stager
from tests.support.upload_2 import MEDIA_TYPE, META

MECHANISMS = ["http-post-bytes", "vnd-cheeseshop-http-parts"]
pytestmark = pytest.mark.django_db
NOW = timedelta(seconds=-5)
WHEEL, SDIST = build_wheel("demo", "1.0"), build_sdist("demo", "1.0")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Store:
    conf = replace(current.settings(), data=tmp_path / "data", upload_2=True)
    monkeypatch.setattr(current, "settings", lambda: conf)
    SerialCounter.objects.get_or_create(id=1)  # a test with transactions of its own empties every table
    return open_store()


@pytest.fixture
def stager(place: Store) -> Stager:
    return Stager(place, make_token(make_user()))


def configure(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    conf = replace(current.settings(), **changes)
    monkeypatch.setattr(current, "settings", lambda: conf)


def test_all_files_appear_together_or_none(stager: Stager) -> None:
    told = stager.open()
    assert (told["status"], told["files"], told["mechanisms"]) == ("pending", {}, MECHANISMS)
    for built in (WHEEL, SDIST):
        stager.stage(*built)
    assert not Project.objects.exists()
    assert not UsedFilename.objects.exists()
    assert not list(stager.store.public.rglob("*.whl"))
    assert stager.publish().status_code == 201
    assert set(File.objects.values_list("filename", flat=True)) == {WHEEL[0], SDIST[0]}
    project = Project.objects.get()
    assert project.total_size == len(WHEEL[1]) + len(SDIST[1])
    assert project.last_serial == Entry.objects.latest("serial").serial
    actions = list(Entry.objects.order_by("serial").values_list("action", flat=True))
    assert actions == [
        "create",
        "add Owner alice",
        "new release",
        f"add py3 file {WHEEL[0]}",
        f"add source file {SDIST[0]}",
    ]
    assert not BlobLease.objects.exists()
    assert not list(stager.store.staged.iterdir())
    page = (stager.store.pages / "demo" / "page").read_bytes()
    assert WHEEL[0].encode() in page


def test_one_session_for_a_release(stager: Stager) -> None:
    first = stager.open()
    again = stager.call("POST", "/upload/2.0/", {"name": "Demo", "version": "1.0.0"})
    assert (again.status_code, again.headers["location"]) == (409, first["links"]["session"])
    other = Stager(stager.store, make_token(make_user("bob")))
    assert other.call("POST", "/upload/2.0/", {"name": "demo", "version": "1.0"}).status_code == 403
    stager.open(version="2.0")
    stager.links = first["links"]
    assert stager.call("DELETE", first["links"]["session"]).status_code == 204
    assert stager.open()["links"]["session"] != first["links"]["session"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"name": "demo"}, "version: a string"), ({"version": "1.0"}, "name: a string"),
        ({"name": "-", "version": "1"}, "name:"), ({"name": "demo", "version": "one"}, "version: 'one'"),
        ({"name": "demo", "version": "1" * 300}, "version:"),
        ({"name": "demo", "version": "1.0+local"}, "local version"),
        ({"name": "demo", "version": "1", "nonce": 7}, "nonce"), ({"name": "os", "version": "1"}, "standard library"),
        ({"name": ["demo"], "version": "1"}, "name: a string"),
        ({"meta": {"api-version": "1.0"}, "name": "demo", "version": "1"}, "api-version"),
    ],
)  # fmt: skip
def test_what_no_session_is_opened_for(stager: Stager, told: dict[str, object], reason: str) -> None:
    reply = stager.call("POST", "/upload/2.0/", told)
    assert (reply.status_code, reply.headers["content-type"]) == (400, "application/problem+json")
    problem = reply.json()
    assert reason in problem["detail"]
    assert problem["errors"][0]["message"]
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"mechanism": "vnd-other"}, 422, "not offered"), ({"filename": "other-1.0.tar.gz"}, 400, "not a file of demo"),
        ({"filename": "demo-2.0.tar.gz"}, 400, "not a file of demo 1.0"),
        ({"filename": "../demo-1.0.tar.gz"}, 400, "filename"),
        ({"filename": "demo-1.0.exe"}, 400, "filename"), ({"size": 0}, 400, "size"), ({"size": True}, 400, "size"),
        ({"size": 2**70}, 400, "size"), ({"size": 2**40}, 409, "too large"), ({"hashes": {}}, 400, "hashes"),
        ({"hashes": {"md5": "0" * 32}}, 400, "secure"), ({"hashes": {"sha256": "0"}}, 400, "64"),
        ({"hashes": {"shake_128": "00"}}, 400, "not known"), ({"hashes": 7}, 400, "hashes"),
        ({"metadata": 7}, 400, "metadata"),
        ({"metadata": "Name: demo"}, 400, "metadata"), ({"metadata": "\ud800"}, 400, "metadata"),
        ({"metadata": "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"}, 400, "it is of other"),
    ],
)  # fmt: skip
def test_what_can_not_be_declared(stager: Stager, changes: dict[str, object], status: int, reason: str) -> None:
    stager.open()
    reply = stager.declare(*WHEEL, changes)
    assert reply.status_code == status, reply.content
    assert reason in reply.json()["detail"]
    assert not StagedFile.objects.exists()


def test_every_declared_digest_is_checked(stager: Stager) -> None:
    import hashlib

    stager.open()
    hashes = {
        name: hashlib.new(name, WHEEL[1]).hexdigest().upper() for name in ("sha512", "sha3_256", "blake2b", "md5")
    }
    file = stager.declare(*WHEEL, {"hashes": hashes}).json()["links"]["file-upload-session"].split("/")[-2]
    assert stager.send(file, WHEEL[1]).status == 201
    StagedFile.objects.update(hashes=StagedFile.objects.get().hashes | {"blake2b": "0" * 128})
    reply = stager.send(file, WHEEL[1])
    assert (reply.status, "blake2b" in reply.body) == (400, True)


def test_declared_metadata_must_be_the_files_own(stager: Stager) -> None:
    stager.open()
    text = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nSummary: another\n"
    file = stager.declare(*WHEEL, {"metadata": text}).json()["links"]["file-upload-session"].split("/")[-2]
    reply = stager.send(file, WHEEL[1])
    assert (reply.status, "core metadata" in reply.body) == (400, True)


def test_the_rules_of_uploads_hold(stager: Stager) -> None:
    assert upload(stager.store, stager.token, build_sdist("demo", "1.0")).status == 200
    stager.open()
    assert "Only one sdist" in stager.declare("demo-1.0.zip", b"x").json()["detail"]
    assert "published already" in stager.declare(*SDIST).json()["detail"]
    filename, _ = WHEEL
    file = stager.declare(filename, b"no wheel").json()["links"]["file-upload-session"].split("/")[-2]
    reply = stager.send(file, b"no wheel")
    assert (reply.status, reply.content_type) == (400, "application/problem+json")
    assert not BlobLease.objects.exists()


def test_one_sdist_and_one_file_of_a_name(stager: Stager) -> None:
    stager.open()
    stager.stage(*SDIST)
    assert stager.declare(*SDIST).status_code == 409
    assert stager.declare("demo-1.0.zip", b"x").status_code == 409


def test_staged_bytes_count_against_the_projects_limit(stager: Stager, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, max_project_size=len(WHEEL[1]) + len(SDIST[1]) - 1)
    stager.open()
    stager.stage(*WHEEL)
    reply = stager.declare(*SDIST)
    assert (reply.status_code, "Project size too large" in reply.json()["detail"]) == (409, True)
    stager.open(version="2.0")
    assert stager.declare("demo-2.0.tar.gz", SDIST[1]).status_code == 409


def test_a_publication_that_grows_too_large_records_nothing(stager: Stager, monkeypatch: pytest.MonkeyPatch) -> None:
    stager.open()
    for built in (WHEEL, SDIST):
        stager.stage(*built)
    configure(monkeypatch, max_project_size=len(WHEEL[1]) + 1)
    reply = stager.publish()
    assert (reply.status_code, "Project size too large" in reply.json()["detail"]) == (400, True)
    assert not Project.objects.exists()
    assert not Entry.objects.exists()
    assert Session.objects.get().status == "pending"
    configure(monkeypatch, max_project_size=10**9)
    assert stager.publish().status_code == 201


def test_a_name_that_was_taken_meanwhile_is_a_conflict_and_can_be_mended(stager: Stager) -> None:
    stager.open()
    stager.stage(*WHEEL)
    wheel = stager.stage(*build_wheel("demo", "1.0", tag="py2-none-any"))
    other = build_wheel("demo", "1.0", tag="py2-none-any", requires=("six",))
    assert upload(stager.store, stager.token, other).status == 200
    reply = stager.publish()
    assert (reply.status_code, "already exists" in reply.json()["detail"]) == (409, True)
    assert File.objects.count() == 1
    assert stager.call("DELETE", wheel).status_code == 204
    assert stager.publish().status_code == 201
    assert File.objects.count() == 2
    assert Release.objects.count() == 1


def test_the_same_bytes_twice_are_a_conflict(stager: Stager) -> None:
    stager.open()
    filename, data = build_wheel("demo", "1.0", tag="py2.py3-none-any")
    stager.stage(filename, data)
    stager.stage("demo-1.0-py3.py2-none-any.whl", data)
    assert "the same bytes" in stager.publish().json()["detail"]


def test_a_session_without_files_creates_the_project(stager: Stager) -> None:
    stager.open("Reserved-Name", "0.0.0")
    assert stager.publish().status_code == 201
    project = Project.objects.get()
    assert (project.name, project.normalized_name) == ("Reserved-Name", "reserved-name")
    assert not Release.objects.exists()
    stager.open("reserved.name", "1.0")
    assert (stager.publish().status_code, Session.objects.filter(status="pending").count()) == (409, 1)


def test_extending_is_bounded(stager: Stager) -> None:
    stager.open()
    stager.stage(*WHEEL)
    session = Session.objects.get()
    assert stager.call("POST", stager.links["extend"], {"extend-for": 3600}).status_code == 200
    grown = Session.objects.get().expires_at
    assert grown == session.expires_at + timedelta(hours=1)
    assert BlobLease.objects.get().expires_at >= grown
    stager.call("POST", stager.links["extend"], {"extend-for": 10**30})
    assert Session.objects.get().expires_at == session.created_at + timedelta(days=30)
    stager.call("POST", stager.links["extend"], {"extend-for": 10})
    assert Session.objects.get().expires_at == session.created_at + timedelta(days=30)
    assert stager.call("POST", stager.links["extend"], {"extend-for": -1}).status_code == 400


def test_a_session_that_expires_leaves_nothing(stager: Stager) -> None:
    stager.open()
    stager.stage(*WHEEL)
    assert list(sweeping.sweep(stager.store, NOW)) == []  # leased
    assert len(list(stager.store.staged.iterdir())) == 1
    Session.objects.update(expires_at=now() - timedelta(seconds=1))
    assert stager.publish().status_code == 409
    end_expired()
    assert Session.objects.get().status == "canceled"
    assert not StagedFile.objects.exists()
    assert not list(stager.store.staged.iterdir())
    assert len(list(sweeping.sweep(stager.store, NOW))) == 2
    assert list(stager.store.stored()) == []
    Session.objects.update(ended_at=now() - timedelta(days=8))
    end_expired()
    assert not Session.objects.exists()


def test_a_preview_that_nobody_owns_is_removed(stager: Stager) -> None:
    stager.open()
    stager.stage(*WHEEL)
    stager.store.stage("x" * 43, {}, {})
    end_expired()
    assert [folder.name for folder in stager.store.staged.iterdir()] == [Session.objects.get().token]


@pytest.mark.parametrize("version", ["", "1.0"])
def test_the_preview_of_what_is_in_quarantine_is_gone_and_comes_back(
    stager: Stager, place: Store, version: str
) -> None:
    assert upload(place, make_token(User.objects.get()), SDIST).status == 200
    stager.open()
    stager.stage(*WHEEL)
    folder = place.staged / Session.objects.get().token
    before = sorted(path.name for path in folder.rglob("*"))
    assert WHEEL.filename in before
    quarantining.hold(Order(Held(Project.objects.get().pk, version), "It reads keys.", "mod"))
    assert not folder.exists()
    quarantining.clear(Case.objects.get().pk, "", "mod")
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_replacing_a_file(stager: Stager) -> None:
    stager.open()
    url = stager.stage(*WHEEL)
    assert stager.call("DELETE", url).status_code == 204
    assert stager.call("DELETE", url).status_code == 404
    assert not BlobLease.objects.exists()
    folder = stager.store.staged / Session.objects.get().token
    assert not list((folder / "files").iterdir())
    better = build_wheel("demo", "1.0", requires=("six",))
    stager.stage(*better)
    assert stager.publish().status_code == 201
    assert File.objects.get().size == len(better[1])


def test_a_token_in_a_staged_file_is_revoked(stager: Stager) -> None:
    leaked = make_token(make_user("victim"))
    stager.open()
    stager.stage(*build_wheel("demo", "1.0", extra={"demo/x": leaked.encode()}))
    assert Token.objects.count() == 1
    assert Mail.objects.filter(kind="token-leaked").count() == 1


def test_a_token_of_another_project_is_not_good_for_it(stager: Stager) -> None:
    user = make_user("carol")
    wide, narrow = make_token(user), make_token(user, "other")
    assert (
        Stager(stager.store, narrow).call("POST", "/upload/2.0/", {"name": "demo", "version": "1"}).status_code == 403
    )
    stager.token = wide
    stager.open()
    stager.token = narrow
    assert stager.call("GET", stager.links["session"]).status_code == 403


def test_requests_that_are_not_of_this_api(stager: Stager, monkeypatch: pytest.MonkeyPatch) -> None:
    told = META | {"name": "demo", "version": "1.0"}
    authorized = Client(headers={"authorization": f"token {stager.token}"})
    assert authorized.post("/upload/2.0/", told, content_type="application/json").status_code == 415
    assert authorized.post("/upload/2.0/", "{", content_type=MEDIA_TYPE).status_code == 400
    refused = authorized.post("/upload/2.0/", told, content_type=MEDIA_TYPE, headers={"accept": "text/html"})
    assert refused.status_code == 406
    assert authorized.put("/upload/2.0/", told, content_type=MEDIA_TYPE).status_code == 405
    assert Client().post("/upload/2.0/", told, content_type=MEDIA_TYPE).status_code == 403
    configure(monkeypatch, read_only=True)
    assert authorized.post("/upload/2.0/", told, content_type=MEDIA_TYPE).status_code == 403
    configure(monkeypatch, upload_2=False)
    assert authorized.post("/upload/2.0/", told, content_type=MEDIA_TYPE).status_code == 404


def in_threads(count: int, work: Callable[[int], int]) -> list[int]:
    def closed(number: int) -> int:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(closed, range(count)))


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_settle(stager: Stager) -> None:
    told = {"name": "demo", "version": "1.0"}
    opened = in_threads(6, lambda _: int(stager.call("POST", "/upload/2.0/", told).status_code))
    assert opened == [201, 409, 409, 409, 409, 409]
    session = Session.objects.get()
    stager.links = stager.call("GET", f"/upload/2.0/sessions/{session.pk}/").json()["links"]
    declared = in_threads(4, lambda _: int(stager.declare(*WHEEL).status_code))
    assert declared == [202, 409, 409, 409]
    file = StagedFile.objects.get()
    assert set(in_threads(4, lambda _: stager.send(file.pk, WHEEL[1]).status)) == {201}
    assert BlobLease.objects.count() == 1
    assert stager.call("POST", f"/upload/2.0/files/{file.pk}/complete/").status_code == 201
    statuses = in_threads(6, lambda _: int(stager.publish().status_code))
    assert 201 in statuses
    assert set(statuses) <= {201, 409, 503}
    assert stager.publish().status_code == 201
    assert Entry.objects.filter(action__startswith="add py3 file").count() == 1


@pytest.mark.django_db(transaction=True)
def test_publishing_and_cancelling_at_once_is_one_of_them(stager: Stager) -> None:
    for version in ("1.0", "2.0", "3.0"):
        stager.open(version=version)
        stager.stage(*build_wheel("demo", version))
        actions = (stager.publish, lambda: stager.call("DELETE", stager.links["session"]))
        in_threads(4, lambda number, actions=actions: int(actions[number % 2]().status_code))
        status = Session.objects.get(version=version).status
        assert File.objects.filter(release__version=version).exists() == (status == "published")
    assert not BlobLease.objects.exists()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FILE = st.fixed_dictionaries(
    {},
    optional={
        "filename": st.sampled_from([WHEEL[0], SDIST[0]]) | _JSON, "size": st.integers() | _JSON,
        "hashes": st.dictionaries(st.sampled_from(["sha256", "md5", "x"]), st.text(max_size=70) | _JSON) | _JSON,
        "mechanism": st.just("http-post-bytes") | _JSON, "metadata": st.text() | _JSON,
        "name": st.sampled_from(["demo", "x"]) | _JSON, "version": st.text(max_size=9) | _JSON, "nonce": _JSON,
        "extend-for": _JSON, "meta": _JSON,
    },
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_FILE, st.sampled_from(["", "upload", "extend", "publish"]))
def test_no_request_is_answered_with_a_5xx(stager: Stager, told: dict[str, object], where: str) -> None:
    Session.objects.all().delete()
    Project.objects.all().delete()
    stager.open()
    reply = stager.call("POST", stager.links[where] if where else "/upload/2.0/", told)
    assert reply.status_code < 500, reply.content
