# SPDX-License-Identifier: Apache-2.0
"""Which stores this instance keeps its downloads in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cheeseshop.core import current
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.raw.parquet import ParquetStore
from cheeseshop.stats.raw.store import Answer, DownloadStore
from cheeseshop.stats.tally import Row
from cheeseshop.storage import Store

if TYPE_CHECKING:
    from cheeseshop.stats.raw.clickhouse import ClickHouseStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Parquet always: the public data set is made of it, and everything can be had again from it.

    ClickHouse too where it is set; then it is the one that answers.
    """

    parquet: ParquetStore
    clickhouse: "ClickHouseStore | None" = None

    @property
    def _all(self) -> list[DownloadStore]:
        return [self.parquet, *([self.clickhouse] if self.clickhouse else [])]

    def append(self, batch: int, rows: Sequence[Row]) -> None:
        """Keep the rows of a batch in each store."""
        for each in self._all:
            each.append(batch, rows)

    def tidy_up(self, keep_days: int) -> None:
        """Tidy each store up."""
        for each in self._all:
            each.tidy_up(keep_days)

    def query(self, statement: str, limit: int) -> Answer:
        """Answer a SELECT over the table ``downloads``.

        Raises:
            Refusal: as the store says.
        """
        return self._all[-1].query(statement, limit)


def open_raw(store: Store) -> Stores:
    """Return the stores of downloads."""
    places = Places(store.stats)
    places.prepare()
    address = current.settings().clickhouse
    if not address:
        return Stores(ParquetStore(places))
    from cheeseshop.stats.clickhouse import server_at  # noqa: PLC0415 - loads an HTTP client
    from cheeseshop.stats.raw.clickhouse import ClickHouseStore  # noqa: PLC0415 - as above

    return Stores(ParquetStore(places), ClickHouseStore(places, server_at(address)))
