# SPDX-License-Identifier: Apache-2.0
"""The sweeper: removes bytes that no file owns, once they have lain so for a week."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.core.cache import cache

from cheeseshop import sql
from cheeseshop.catalog.models import BlobClaim, BlobLease
from cheeseshop.core.clock import now
from cheeseshop.storage import Store, open_store

log = logging.getLogger(__name__)

GRACE = timedelta(days=7)
_DAY = 24 * 3600
_SPOOL_AGE = timedelta(days=1)


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
        if store.changed_at(name) < before and _is_orphan(name) and _remove(store, name):
            yield name
    for path in store.spool.iterdir():
        if path.stat().st_mtime < time.time() - _SPOOL_AGE.total_seconds():
            path.unlink(missing_ok=True)


def _is_orphan(name: str) -> bool:
    row = sql.first("SELECT metadata_sha256 FROM catalog_file WHERE blake2_256 = %s", name.partition(".")[0])
    return row is None or (name.endswith(".metadata") and not row[0])


def _remove(store: Store, name: str) -> bool:
    """Claim a blob, look for rows and leases once more, and remove it. Whoever puts it meanwhile sees the claim."""
    digest = name.partition(".")[0]
    place = f"{digest[:2]}/{digest[2:4]}/{digest[4:]}"
    claim, _ = BlobClaim.objects.get_or_create(key=place)
    try:
        leased = BlobLease.objects.filter(key__startswith=f"{place}/", expires_at__gt=now()).exists()
        if leased or not _is_orphan(name):
            return False
        store.remove_stored(name)
        return True
    finally:
        claim.delete()
