# SPDX-License-Identifier: Apache-2.0
"""Attestations from the upload to the endpoint: stored with the file or not at all, served, linked, removed."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from pypi_attestations import Attestation, Distribution, GitHubPublisher, Provenance
from pypi_attestations import VerificationError as LibraryError

from cheeseshop.attestations import trust
from cheeseshop.attestations.models import Provenance as Row
from cheeseshop.catalog.flows.remove import remove_file
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.journal.flows import Change, Dirty, commit
from cheeseshop.notify.models import Mail
from cheeseshop.pages.publisher import publish_project, read_page
from cheeseshop.publishing import sweeping
from cheeseshop.publishing.managing import follow
from cheeseshop.publishing.public_tree import publish_file
from cheeseshop.publishing.verification import Problem, verify
from cheeseshop.storage import Store
from tests.attestations.conftest import SAMPLES, attested, upload_demo
from tests.support.archives import build_sdist, build_wheel
from tests.support.asgi import Response, ask
from tests.support.factories import SITE, make_token, make_user, upload
from tests.support.notary import PUBLISH, SLSA, Notary, github
from tests.support.trusted import github_publisher, link

pytestmark = pytest.mark.django_db

V1 = "application/vnd.pypi.integrity.v1+json"
WHEEL = build_wheel("demo", "1.0")
PLACE = f"/integrity/demo/1.0/{WHEEL.filename}/provenance"


def edge(store: Store) -> Edge:
    paths = EdgePaths(store.pages, store.public, store.spool)
    return Edge(current.settings(), paths, django=None, uploads=None, private_files=None)


def fetch(store: Store, path: str = PLACE, **headers: str) -> Response:
    return ask(edge(store), path, headers)


@pytest.fixture
def published(store: Store, notary: Notary, publisher_token: str) -> bytes:
    """The demo wheel with both kinds of attestation; its provenance object."""
    sha256 = hashlib.sha256(WHEEL.content).hexdigest()
    both = [notary.attest(WHEEL.filename, sha256, github(), kind) for kind in (PUBLISH, SLSA)]
    reply = upload(store, publisher_token, WHEEL, attestations=json.dumps(both))
    assert (reply.status, reply.body) == (200, "")
    return fetch(store).body


def test_every_header_of_the_endpoint(store: Store, published: bytes) -> None:
    page = fetch(store)
    assert page.status == 200
    assert page.headers == [
        (b"content-type", V1.encode()),
        (b"content-length", str(len(published)).encode()),
        (b"cache-control", b"max-age=600, public"),
        (b"etag", f'"{hashlib.sha256(published).hexdigest()}"'.encode()),
        (b"vary", b"Accept"),
        (b"x-content-type-options", b"nosniff"),
        (b"access-control-allow-origin", b"*"),
        (
            b"access-control-allow-headers",
            b"Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since",
        ),
        (b"access-control-allow-methods", b"GET"),
        (b"access-control-max-age", b"86400"),
        (b"access-control-expose-headers", b"X-PyPI-Last-Serial"),
    ]
    again = ask(edge(store), PLACE, {"if-none-match": page.header("etag")})
    assert (again.status, again.body) == (304, b"")
    assert ask(edge(store), PLACE, method="HEAD").header("content-length") == str(len(published))


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("", V1), ("*/*", V1), ("application/*", V1), (V1, V1), ("application/json", "application/json"),
        (f"application/json;q=0.5, {V1}", V1), (f"{V1};q=0.1, application/json", "application/json"),
        ("text/html, */*;q=0.1", V1), (f"{V1};q=0, */*", "application/json"),
    ],
)  # fmt: skip
def test_which_type_is_answered(store: Store, published: bytes, accept: str, answered: str) -> None:
    page = fetch(store, accept=accept) if accept else fetch(store)
    assert (page.status, page.header("content-type")) == (200, answered)


@pytest.mark.parametrize("accept", ["text/html", "application/vnd.pypi.simple.v1+json", f"{V1};q=0", "image/*"])
def test_what_is_not_acceptable(store: Store, published: bytes, accept: str) -> None:
    page = fetch(store, accept=accept)
    assert (page.status, page.header("content-type"), list(json.loads(page.body))) == (
        406, "application/json", ["message"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        PLACE.replace("1.0/", "2.0/", 1), PLACE.replace("/demo/", "/nothing/"), PLACE.replace("demo-", "other-"),
        PLACE.replace("/1.0/", "/nonsense/"), PLACE.replace("/1.0/", "/0.1/"), PLACE + "/", "/integrity/",
        "/integrity/demo/", PLACE.replace("/provenance", "/other"), "/integrity/../../etc/passwd/provenance",
        f"/integrity/demo/1.0/../{WHEEL.filename}/provenance", f"/integrity/demo/{'1' * 5000}/x/provenance",
        "/integrity/demo/0.1/demo-0.1-py3-none-any.whl/provenance", "/integrity/\0/1.0/x/provenance",
    ],
)  # fmt: skip
def test_what_there_is_not(store: Store, published: bytes, path: str) -> None:
    page = fetch(store, path)
    assert (page.status, list(json.loads(page.body))) == (404, ["message"])


def test_other_spellings_of_name_and_version_are_the_same(store: Store, published: bytes) -> None:
    for path in (PLACE.replace("/demo/", "/Demo/"), PLACE.replace("/1.0/", "/1.0.0/"), PLACE.replace("/1.0/", "/v1/")):
        assert fetch(store, path).body == published
    assert ask(edge(store), PLACE, method="POST").status == 405


def test_the_files_pages_link_to_it(store: Store, published: bytes) -> None:
    page = read_page(store.project_folder("demo"))
    assert page is not None
    html, files = page.piece("html").raw.decode(), json.loads(b"[" + page.piece("json").raw + b"]")
    assert f' data-provenance="{SITE}{PLACE}">{WHEEL.filename}</a>' in html
    assert html.count("data-provenance") == 1
    assert [each["provenance"] for each in files] == [None, SITE + PLACE]


def test_a_page_grown_step_by_step_equals_one_made_at_once(
    store: Store, published: bytes, notary: Notary, publisher_token: str, tmp_path
) -> None:
    for version in ("1.1", "2.0"):
        field = attested(notary, build_wheel("demo", version)) if version == "2.0" else ""
        assert upload_demo(store, publisher_token, field, version).status == 200
    fresh = Store(tmp_path / "fresh")
    fresh.prepare()
    publish_project(fresh, SITE, "demo")
    for name in (path.name for path in fresh.project_folder("demo").iterdir()):
        grown, made = store.project_folder("demo") / name, fresh.project_folder("demo") / name
        assert grown.read_bytes() == made.read_bytes(), name


def test_the_provenance_verifies_by_the_library_until_one_byte_changes(
    store: Store, published: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigstore.verify.Verifier.production", lambda **_: trust.verifier())
    file = File.objects.get(filename=WHEEL.filename)
    distribution = Distribution(name=file.filename, digest=file.sha256)

    def verified() -> list[str]:
        (bundle,) = Provenance.model_validate_json(fetch(store).body).attestation_bundles
        assert bundle.publisher == GitHubPublisher(repository="octo/demo", workflow="release.yml")
        return [each.verify(bundle.publisher, distribution)[0] for each in bundle.attestations]

    assert verified() == [PUBLISH, SLSA]
    path = store.provenance_path(file.blob_key, file.provenance_sha256)
    at = published.index(b'"signature":"') + 40
    with path.open("r+b") as stored:
        stored.seek(at)
        stored.write(b"A" if published[at : at + 1] != b"A" else b"B")
    with pytest.raises(LibraryError):
        verified()
    assert [(each.kind, each.subject) for each in checked(store, monkeypatch)] == [
        ("damaged", f"{WHEEL.filename}.provenance")
    ]


def checked(store: Store, monkeypatch: pytest.MonkeyPatch, *, repair: bool = False) -> list[Problem]:
    """What ``cheeseshop verify`` says of this store; its dirty marks are the publisher's, which does not run here."""
    monkeypatch.setattr("cheeseshop.publishing.verification.open_store", lambda: store)
    return [each for each in verify(repair=repair) if each.kind != "dirty"]


def test_everything_agrees_after_an_upload(store: Store, published: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(store, monkeypatch) == []
    store.withdraw_provenance(File.objects.get(filename=WHEEL.filename).blob_key)
    assert [each.kind for each in checked(store, monkeypatch)] == ["public tree"]
    assert [each.mended for each in checked(store, monkeypatch, repair=True)] == [True]
    assert fetch(store).body == published


def test_the_rows_hold_what_was_verified(store: Store, published: bytes) -> None:
    row = Row.objects.get()
    assert row.publisher == {"kind": "GitHub", "repository": "octo/demo", "workflow": "release.yml"}
    assert [each["predicate_type"] for each in row.statements] == [PUBLISH, SLSA]
    assert row.file.provenance_sha256 == hashlib.sha256(published).hexdigest()


def test_a_removed_file_takes_its_provenance_along(store: Store, published: bytes) -> None:
    key = File.objects.get(filename=WHEEL.filename).blob_key
    follow(remove_file(Project.objects.get().pk, WHEEL.filename, "alice"), store)
    assert fetch(store).status == 404
    assert not store.is_provenance_public(key)
    assert not Row.objects.exists()
    gone = set(sweeping.sweep(store, timedelta(seconds=-5)))
    assert {name.partition(".")[2].partition(".")[0] for name in gone} == {"", "metadata", "provenance"}
    assert len(list(store.stored())) == 2  # the other file, and its core metadata


def touch(project: Project) -> None:
    commit([Change(project.name, project.normalized_name, "touched")], [Dirty(project.normalized_name)])


@pytest.mark.parametrize("what", ["project", "release", "file", "private"])
def test_quarantine_and_privacy_hold_for_provenance_too(store: Store, published: bytes, what: str) -> None:
    project, file = Project.objects.get(), File.objects.get(filename=WHEEL.filename)
    held: dict[str, Any] = {"quarantined_at": now()}
    {
        "project": lambda: Project.objects.update(**held),
        "release": lambda: Release.objects.filter(version="1.0").update(**held),
        "file": lambda: File.objects.filter(pk=file.pk).update(**held),
        "private": lambda: Project.objects.update(visibility="private"),
    }[what]()
    publish_file(store, file.blob_key)
    assert fetch(store).status == 404  # at once, before any page follows
    touch(project)
    publish_project(store, SITE, "demo")
    assert fetch(store).status == (401 if what == "private" else 404)


def test_a_yanked_file_keeps_it(store: Store, published: bytes) -> None:
    Release.objects.filter(version="1.0").update(yanked_at=now())
    touch(Project.objects.get())
    publish_project(store, SITE, "demo")
    assert fetch(store).body == published


def test_switched_off_uploads_ignore_them_and_nothing_is_served(
    store: Store, published: bytes, publisher_token: str, settings: Callable[..., None]
) -> None:
    settings(allow_attestations=False)
    page = fetch(store)
    assert (page.status, page.header("content-type"), list(json.loads(page.body))) == (
        403, "application/json", ["message"],
    )  # fmt: skip
    assert upload_demo(store, publisher_token, "nonsense", "3.0").status == 200
    assert File.objects.get(filename__contains="3.0").provenance_sha256 == ""


def stored(store: Store) -> set[str]:
    return {*store.stored(), *(str(path) for path in store.public.rglob("*") if path.is_file())}


@contextmanager
def nothing_stored(store: Store) -> Iterator[None]:
    before, files = stored(store), File.objects.count()
    yield
    assert stored(store) == before
    assert File.objects.count() == files
    assert Row.objects.count() == 0


def test_refused_ones_leave_nothing(store: Store, notary: Notary, publisher_token: str) -> None:
    sha256 = hashlib.sha256(WHEEL.content).hexdigest()

    def one(filename: str = WHEEL.filename, digest: str = sha256, **changes: Any) -> dict[str, Any]:
        return notary.attest(filename, digest, changes.pop("who", github()), **changes)

    long = one() | {"padding": "x" * 10_000_000}
    replayed = json.loads(attested(notary, build_sdist("demo", "1.0")))
    cases = {
        "wrong subject": ([one("demo-2.0-py3-none-any.whl")], "They are about"),
        "wrong digest": ([one(digest="0" * 64)], "that of this file is"),
        "wrong identity": ([one(who=github("evil/demo"))], "Verification failed"),
        "10 MB": ([long], "256 KiB"),
        "replayed for another file": (replayed, "They are about"),
        "unknown predicate": ([one(predicateType="https://example.org/v1")], "is not known"),
        "three": ([one(), one(predicate_type=SLSA), one()], "2 at most"),
        "the same predicate twice": ([one(), one()], "There are two of type"),
        "expired when it signed": ([one(logged_at=notary.now + timedelta(hours=1))], "Verification failed"),
        "an empty list": ([], "The list is empty"),
        "an object": ({}, "not a list of attestation objects"),
    }
    texts = {name: (json.dumps(value), says) for name, (value, says) in cases.items()}
    texts["not JSON"] = ("nonsense", "not a list of attestation objects")
    texts["truncated"] = (json.dumps([one()])[:-100], "not a list of attestation objects")
    with nothing_stored(store):
        for name, (text, says) in texts.items():
            reply = upload(store, publisher_token, WHEEL, attestations=text)
            assert reply.status == 400, name
            assert reply.body.startswith("Invalid attestations supplied during upload: "), name
            assert says in reply.body, (name, reply.body)


def test_without_a_publisher_they_are_refused(store: Store, notary: Notary, project: Project) -> None:
    token = make_token(make_user("bob"))
    with nothing_stored(store):
        reply = upload(store, token, build_wheel("other", "1.0"), attestations=attested(notary, WHEEL))
        assert (reply.status, "trusted publishers only" in reply.body) == (400, True)


def test_an_upload_that_loses_a_race_leaves_the_winners_provenance(
    store: Store, notary: Notary, publisher_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both hold, and both are written beside the same bytes; the row names its own."""
    from cheeseshop.uploads import acceptance

    first, second = attested(notary, WHEEL), attested(notary, WHEEL)
    real = acceptance.record_file

    def overtaken(new: Any) -> int:
        monkeypatch.setattr(acceptance, "record_file", real)
        assert upload(store, publisher_token, WHEEL, attestations=second).status == 200
        raise IntegrityError("somebody else was faster")

    monkeypatch.setattr(acceptance, "record_file", overtaken)
    assert upload(store, publisher_token, WHEEL, attestations=first).status == 200
    (bundle,) = json.loads(fetch(store).body)["attestation_bundles"]
    assert bundle["attestations"] == [Attestation.model_validate(json.loads(second)[0]).model_dump(mode="json")]
    file = File.objects.get(filename=WHEEL.filename)
    swept = list(sweeping.sweep(store, timedelta(seconds=-5)))
    assert len(swept) == 1
    assert file.provenance_sha256 not in swept[0]
    assert fetch(store).status == 200


def test_real_attestations_are_uploaded_and_served(store: Store) -> None:
    filename = "pypi_attestations-0.0.19.tar.gz"
    assert upload(store, make_token(make_user()), build_wheel("pypi-attestations", "0.0.1")).status == 200
    token = link(Project.objects.get(), github_publisher("trailofbits/pypi-attestations"))
    both = [json.loads((SAMPLES / f"{filename}.{kind}.attestation").read_bytes()) for kind in ("publish", "slsa")]
    reply = upload(store, token, (filename, (SAMPLES / filename).read_bytes()), attestations=json.dumps(both))
    assert (reply.status, reply.body) == (200, "")
    found = json.loads(fetch(store, f"/integrity/pypi-attestations/0.0.19/{filename}/provenance").body)
    assert [len(each["attestations"]) for each in found["attestation_bundles"]] == [2]


def test_a_token_after_a_publisher_is_told_once(store: Store, publisher_token: str) -> None:
    token = make_token(File.objects.get().uploaded_by)
    assert upload_demo(store, token, "", "0.2").status == 200
    assert upload_demo(store, publisher_token, "", "1.0").status == 200
    assert not Mail.objects.filter(kind="provenance-lost").exists()
    for version in ("1.1", "1.2"):
        assert upload_demo(store, token, "", version).status == 200
    mail = Mail.objects.get(kind="provenance-lost")
    assert mail.recipient == "alice@example.org"
    for said in ("demo-1.1-py3-none-any.whl", "octo/demo release.yml", "alice uploaded"):
        assert said in mail.text
    assert upload_demo(store, publisher_token, "", "1.3").status == 200
    assert upload_demo(store, token, "", "1.4").status == 200
    assert Mail.objects.filter(kind="provenance-lost").count() == 2


def test_administrators_find_an_observation_of_it(store: Store, publisher_token: str) -> None:
    from cheeseshop.moderation import models as moderation

    assert upload_demo(store, publisher_token, "", "1.0").status == 200
    token = make_token(File.objects.get(filename__contains="0.1").uploaded_by)
    for version in ("1.1", "1.2"):
        assert upload_demo(store, token, "", version).status == 200
    found = moderation.Observation.objects.get(kind="provenance_lost")
    assert (found.subject, found.subject_kind, found.automatic) == ("demo 1.1", "release", True)
    assert found.project_id == Project.objects.get().pk
    assert "octo/demo release.yml" in found.summary
