# SPDX-License-Identifier: Apache-2.0
"""What becomes of an upload: answers, rows, bytes and pages, in the words that clients know."""

import hashlib

import pytest

from cheeseshop.access.models import ProjectRole
from cheeseshop.catalog.models import BlobLease, File, ProhibitedName, Project, Release, UsedFilename
from cheeseshop.core.clock import now
from cheeseshop.edge_contract.keys import blob_key, release_file
from cheeseshop.journal.models import DirtyMark, Entry
from cheeseshop.pages.publisher import read_page
from cheeseshop.storage import Store
from tests.support.archives import build_sdist, build_wheel
from tests.support.archives.build import metadata_text, tar_gz_bytes
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return make_token(make_user())


def test_a_first_upload_creates_project_release_file_and_pages(store: Store, token: str) -> None:
    reply = upload(store, token, build_wheel("first", "1.0"))
    assert (reply.status, reply.body) == (200, "")
    file = File.objects.get()
    assert store.blob_path(file.blob_key).stat().st_size == file.size
    assert store.is_public(file.blob_key)
    assert store.is_public(f"{file.blob_key}.metadata")
    page = read_page(store.project_folder("first"))
    assert page is not None
    assert page.header["serial"] == Project.objects.get().last_serial
    assert file.sha256.encode() in page.piece("html").raw
    assert (store.project_folder("first") / release_file("1.0")).is_file()
    assert ProjectRole.objects.get().role == "Owner"
    assert not BlobLease.objects.exists()


def test_bytes_that_a_crash_left_torn_are_replaced(store: Store, token: str) -> None:
    filename, data = build_wheel("torn", "1.0")
    key = blob_key(hashlib.blake2b(data, digest_size=32).hexdigest(), filename)
    for torn in (key, f"{key}.metadata"):
        store.blob_path(torn).write_bytes(b"")
    assert upload(store, token, (filename, data)).status == 200
    assert store.blob_path(key).read_bytes() == data
    metadata = store.blob_path(f"{key}.metadata").read_bytes()
    assert hashlib.sha256(metadata).hexdigest() == File.objects.get().metadata_sha256
    assert len(list(store.stored())) == 2  # nothing else is left


def test_the_journal_speaks_as_mirrors_expect(store: Store, token: str) -> None:
    filename, data = build_wheel("spoken", "1.0")
    upload(store, token, (filename, data))
    entries = list(Entry.objects.order_by("serial").values_list("action", "version", "actor"))
    assert entries == [
        ("create", "", "alice"),
        ("add Owner alice", "", "alice"),
        ("new release", "1.0", "alice"),
        (f"add py3 file {filename}", "1.0", "alice"),
    ]
    serials = list(Entry.objects.order_by("serial").values_list("serial", flat=True))
    assert serials == list(range(serials[0], serials[0] + 4))
    assert DirtyMark.objects.get().serial == serials[-1]


def test_the_same_file_again_is_200_and_changes_nothing(store: Store, token: str) -> None:
    built = build_wheel("again", "1.0")
    assert upload(store, token, built).status == 200
    before = Entry.objects.count()
    assert upload(store, token, built).status == 200
    assert (Entry.objects.count(), File.objects.count()) == (before, 1)


def test_other_bytes_under_the_same_name_are_refused(store: Store, token: str) -> None:
    filename, data = build_wheel("other", "1.0")
    upload(store, token, (filename, data))
    _, changed = build_wheel("other", "1.0", requires=("six",))
    reply = upload(store, token, (filename, changed))
    assert reply.status == 400
    assert reply.body.startswith("File already exists")


def test_a_name_that_was_used_before_is_burnt(store: Store, token: str) -> None:
    filename, data = build_wheel("burnt", "1.0")
    UsedFilename.objects.create(filename=filename)
    reply = upload(store, token, (filename, data))
    assert (reply.status, reply.body.split(",")[0]) == (400, "This filename has already been used")


def test_no_other_letter_case_of_a_used_name_is_free(store: Store, token: str) -> None:
    filename, data = build_sdist("cased", "1.0")
    other, changed = "Cased-1.0.tar.gz", tar_gz_bytes({"Cased-1.0/PKG-INFO": metadata_text("cased", "1.0")})
    assert upload(store, token, (filename, data)).status == 200
    for _ in ("while the file is there", "when it is gone"):
        reply = upload(store, token, (other, changed))
        assert (reply.status, reply.body.split(",")[0]) == (400, "This filename has already been used")
        File.objects.all().delete()
    assert set(UsedFilename.objects.values_list("filename", flat=True)) == {filename}


def test_equal_versions_are_one_release(store: Store, token: str) -> None:
    upload(store, token, build_wheel("equal", "1.0"))
    assert upload(store, token, build_sdist("equal", "1.0.0")).status == 200
    assert Release.objects.count() == 1
    assert File.objects.count() == 2


def test_a_second_sdist_is_refused(store: Store, token: str) -> None:
    assert upload(store, token, build_sdist("twice", "1.0")).status == 200
    reply = upload(store, token, build_sdist("twice", "1.0.0"))
    assert (reply.status, reply.body) == (400, "Only one sdist may be uploaded per release.")


def test_a_form_that_contradicts_the_file_is_refused(store: Store, token: str) -> None:
    reply = upload(store, token, build_wheel("honest", "1.0"), requires_python=">=99")
    assert reply.status == 400
    assert "99" in reply.body
    assert not Project.objects.exists()


def test_a_wrong_digest_is_refused_and_leaves_nothing(store: Store, token: str) -> None:
    reply = upload(store, token, build_wheel("digest", "1.0"), sha256_digest="0" * 64)
    assert reply.status == 400
    assert not Project.objects.exists()
    assert list(store.stored()) == []


@pytest.mark.parametrize("name", ["os", "xml.etree", "Asyncio"])
def test_names_of_the_standard_library_are_refused(store: Store, token: str, name: str) -> None:
    built = build_wheel(name.replace(".", "_").lower(), "1.0")
    reply = upload(store, token, built, name=name)
    assert reply.status == 400
    assert "standard library" in reply.body


def test_a_look_alike_is_refused(store: Store, token: str) -> None:
    upload(store, token, build_wheel("hello_world", "1.0"))
    reply = upload(store, token, build_wheel("he11o_w0rld", "1.0"))
    assert reply.status == 400
    assert "too similar" in reply.body


def test_a_prohibited_name_is_refused(store: Store, token: str) -> None:
    ProhibitedName.objects.create(normalized_name="bad")
    assert upload(store, token, build_wheel("bad", "1.0")).status == 400


def test_a_stranger_may_not_upload(store: Store, token: str) -> None:
    upload(store, token, build_wheel("mine", "1.0"))
    reply = upload(store, make_token(make_user("mallory")), build_wheel("mine", "2.0"))
    assert reply.status == 403
    assert "isn't allowed to upload to project 'mine'" in reply.body


def test_a_token_of_one_project_is_good_for_that_alone(store: Store) -> None:
    narrow = make_token(make_user(), "only")
    assert upload(store, narrow, build_wheel("only", "1.0")).status == 200
    reply = upload(store, narrow, build_wheel("elsewhere", "1.0"))
    assert reply.status == 403
    assert reply.body.startswith("Invalid API Token: project-scoped token is not valid for project")


def test_an_unverified_address_is_said(store: Store) -> None:
    reply = upload(store, make_token(make_user(verified=False)), build_wheel("a1", "1.0"))
    assert reply.status == 403
    assert "verified primary email" in reply.body


def test_two_factors_are_demanded_of_tokens_that_people_made(store: Store) -> None:
    reply = upload(store, make_token(make_user(), administrator=False), build_wheel("a1", "1.0"))
    assert reply.status == 403
    assert "two-factor" in reply.body


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "archived"}, "is archived and accepts no new files"),
        ({"quarantined_at": now()}, "is in quarantine and can't be changed"),
    ],
)
def test_a_closed_project_takes_no_file(store: Store, token: str, change: dict[str, object], message: str) -> None:
    upload(store, token, build_wheel("closed", "1.0"))
    Project.objects.update(**change)
    reply = upload(store, token, build_wheel("closed", "2.0"))
    assert reply.status == 403
    assert message in reply.body


def test_a_file_over_the_projects_limit_is_refused(store: Store, token: str) -> None:
    upload(store, token, build_wheel("full", "1.0"))
    Project.objects.update(total_size=10 * 1024**3)
    reply = upload(store, token, build_wheel("full", "2.0"))
    assert reply.status == 400
    assert reply.body.startswith("Project size too large.")


@pytest.mark.parametrize(
    ("token_text", "message"),
    [
        ("pypi-nonsense!", "malformed"),
        ("pypi-Ag EI", "spaces or line breaks"),
        ("", "Invalid or non-existent authentication information."),
    ],
)
def test_what_is_no_token_is_said(store: Store, token_text: str, message: str) -> None:
    reply = upload(store, token_text, build_wheel("a1", "1.0"))
    assert reply.status == 403
    if token_text:
        assert message in reply.body
