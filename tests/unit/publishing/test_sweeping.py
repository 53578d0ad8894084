# SPDX-License-Identifier: Apache-2.0
"""The sweeper removes what no file owns after its grace, and nothing that an upload has been promised."""

from datetime import timedelta

import pytest

from cheeseshop.catalog.flows.lease_blob import drop_lease, lease_blob
from cheeseshop.catalog.flows.remove import remove_file
from cheeseshop.catalog.models import BlobClaim, File, Project
from cheeseshop.core.errors import TryAgain
from cheeseshop.publishing import sweeping
from cheeseshop.storage import Store
from tests.support.archives import build_wheel
from tests.support.factories import make_token, make_user, upload

pytestmark = pytest.mark.django_db
NOW = timedelta(seconds=-5)  # changed at any time until now


@pytest.fixture
def key(store: Store) -> str:
    """The key of a published file whose row was removed; another file stays."""
    token = make_token(make_user())
    for version in ("1.0", "2.0"):
        assert upload(store, token, build_wheel("demo", version)).status == 200
    gone = File.objects.get(filename__contains="1.0")
    remove_file(Project.objects.get().pk, gone.filename, "alice")
    return gone.blob_key


def test_bytes_go_after_the_grace_and_others_stay(store: Store, key: str) -> None:
    assert list(sweeping.sweep(store)) == []
    assert store.blob_path(key).is_file()
    assert len(list(sweeping.sweep(store, NOW))) == 2  # the file and its core metadata
    assert not store.blob_path(key).exists()
    assert store.blob_path(File.objects.get().blob_key).is_file()
    assert list(sweeping.sweep(store, NOW)) == []
    assert not BlobClaim.objects.exists()


def test_what_an_upload_has_leased_stays(store: Store, key: str) -> None:
    lease = lease_blob(key)
    assert list(sweeping.sweep(store, NOW)) == []
    drop_lease(lease)
    assert len(list(sweeping.sweep(store, NOW))) == 2


def test_a_put_is_refused_while_the_bytes_are_being_removed(
    store: Store, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def remove(name: str) -> None:
        with pytest.raises(TryAgain):
            lease_blob(key)
        refused.append(name)

    monkeypatch.setattr(store, "remove_stored", remove)
    assert len(list(sweeping.sweep(store, NOW))) == len(refused) == 2
    drop_lease(lease_blob(key))


def test_a_row_that_came_in_between_keeps_its_bytes(store: Store, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, False] * 2)
    monkeypatch.setattr(sweeping, "is_orphan", lambda name: name[2:] in key.replace("/", "") and next(answers))
    list(sweeping.sweep(store, NOW))
    assert store.blob_path(key).is_file()


def test_the_claim_of_a_killed_sweep_is_in_nobodys_way(store: Store, key: str) -> None:
    BlobClaim.objects.create(key=key.rpartition("/")[0])
    with pytest.raises(TryAgain):
        lease_blob(key)
    list(sweeping.sweep(store))
    drop_lease(lease_blob(key))
