# SPDX-License-Identifier: Apache-2.0
"""The sweeper: removes bytes that no file owns, once they have lain so for a week."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.core.cache import cache

from cheeseshop import sql
from cheeseshop.catalog.models import BlobClaim, BlobLease
from cheeseshop.core.clock import now
from cheeseshop.storage import Store, open_store

log = logging.getLogger(__name__)

GRACE = timedelta(days=7)
_DAY = 24 * 3600
_SPOOL_AGE = timedelta(hours=2)


def sweep_daily() -> None:
    """Sweep, unless one of the workers did so within the day."""
    if cache.add("swept", 1, _DAY):
        removed = sum(1 for _ in sweep(open_store()))
        log.info("the sweeper removed %s blobs", removed)


def sweep(store: Store, grace: timedelta = GRACE) -> Iterator[str]:
    """Remove what no row owns and no upload has leased, and yield the name of each.

    Its age is counted from the last time that its links changed: an upload links bytes in, and a deletion takes them
    out of the public tree.
    """
    BlobClaim.objects.all().delete()  # of a sweep that was killed; there is one at a time
    before = time.time() - grace.total_seconds()
    for name in store.stored():
        if store.changed_at(name) < before and is_orphan(name) and remove_orphan(store, name):
            yield name
    for path in given_up(store):
        path.unlink(missing_ok=True)


def is_orphan(name: str) -> bool:
    """Tell whether no file owns what the store names so, and no upload has leased it."""
    return (
        not _is_owned(name)
        and not BlobLease.objects.filter(key__startswith=f"{_place(name)}/", expires_at__gt=now()).exists()
    )


def _is_owned(name: str) -> bool:
    digest, _, kind = name.partition(".")
    row = sql.first("SELECT metadata_sha256, provenance_sha256 FROM catalog_file WHERE blake2_256 = %s", digest)
    if row is None:
        return False
    metadata, provenance = row
    return not kind or (kind == "metadata" and bool(metadata)) or kind == f"provenance.{provenance}"


def remove_orphan(store: Store, name: str) -> bool:
    """Claim an orphan, look once more, and remove it. Whoever puts it meanwhile sees the claim."""
    claim, _ = BlobClaim.objects.get_or_create(key=_place(name))
    try:
        if not is_orphan(name):
            return False
        store.remove_stored(name)
        return True
    finally:
        claim.delete()


def _place(name: str) -> str:
    digest = name.partition(".")[0]
    return f"{digest[:2]}/{digest[2:4]}/{digest[4:]}"


def given_up(store: Store) -> Iterator[Path]:
    """Yield spooled bytes that lie longer than any upload may take."""
    for path in store.spool.iterdir():
        with suppress(FileNotFoundError):  # an upload that ends removes its own
            if time.time() - path.stat().st_mtime > _SPOOL_AGE.total_seconds():
                yield path
