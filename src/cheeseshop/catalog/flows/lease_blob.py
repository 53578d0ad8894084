# SPDX-License-Identifier: Apache-2.0
"""Leases: promises that keep the sweeper away from bytes that are about to be recorded."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.core.errors import TryAgain
from cheeseshop.core.ids import new_id

LEASE = timedelta(hours=1)


def lease_blob(key: str, lasts: timedelta = LEASE) -> UUID:
    """Write a lease on ``key`` and return its id. Commit it before the bytes are put.

    The commit need not reach the disk: a lease only has to be seen by a sweeper that runs beside us, and a power
    failure ends both. A blob whose lease was lost so has no row either, and is an orphan by right.

    Raises:
        TryAgain: while the sweeper is removing that very blob.
    """
    lease = new_id()
    with sql.relaxed_transaction():
        sql.run("INSERT INTO catalog_bloblease (id, key, expires_at) VALUES (%s, %s, %s)", lease, key, now() + lasts)
    # Only now, as the sweeper looks for leases once its claim is committed: one of the two sees the other.
    if sql.first("SELECT 1 FROM catalog_blobclaim WHERE key = %s", claim_of(key)):
        drop_lease(lease)
        raise TryAgain("An older copy of this file is being removed; try again.")
    return lease


def claim_of(key: str) -> str:
    """Return what a sweeper's claim on a blob says: bytes lie by their digest, under whatever filename."""
    return key.rpartition("/")[0]


def drop_lease(lease: UUID) -> bool:
    """Take a lease back, and tell whether it still stood."""
    with transaction.atomic(savepoint=False):
        return sql.run("DELETE FROM catalog_bloblease WHERE id = %s", lease) == 1
