# SPDX-License-Identifier: Apache-2.0
"""Which store this instance keeps its downloads in."""

from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.raw.parquet import ParquetStore
from cheeseshop.stats.raw.store import DownloadStore
from cheeseshop.storage import Store


def open_raw(store: Store) -> DownloadStore:
    """Return the store of downloads."""
    places = Places(store.stats)
    places.prepare()
    return ParquetStore(places)
