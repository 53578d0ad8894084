# SPDX-License-Identifier: Apache-2.0
"""Send everything that the Parquet files hold to ClickHouse anew: where the server is new, or has lost something."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from cheeseshop import sql
from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.agents import Client
from cheeseshop.stats.clickhouse import ClickHouseError
from cheeseshop.stats.flows.count import Outcome, finish
from cheeseshop.stats.raw.choice import Stores
from cheeseshop.stats.tally import FileOf, Row
from cheeseshop.storage import Store

_IDENTITIES = """
SELECT f.filename, f.id, r.id, p.id
FROM catalog_file f JOIN catalog_release r ON r.id = f.release_id JOIN catalog_project p ON p.id = r.project_id
WHERE f.filename IN """
_CLIENT = tuple(each.name for each in fields(Client) if each.name != "ci")


def send_everything(store: Store, raw: Stores) -> int:
    """Replace each day that ClickHouse has by what the files say, and return how many days there are.

    Batches that were left over are finished first: sent again later, they would count twice. Files are found by their
    names, which never belong to another project.

    Raises:
        Refusal: when no server is set, or it does not take them. What was sent stays; the same again completes it.
    """
    if raw.clickhouse is None:
        raise Refusal("No ClickHouse server is set: see CHEESESHOP_CLICKHOUSE.")
    days = 0
    with store.lock("statistics"):
        finish(Places(store.stats), raw, Outcome())
        try:
            raw.clickhouse.send()
            for day in raw.parquet.days():
                records = raw.parquet.records(day)
                raw.clickhouse.replace(day, (row for part in records for row in _rows(part)))
                days += 1
        except ClickHouseError as error:
            raise Refusal(f"{days} days are there, then: {error}") from error
    return days


def _rows(records: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    names = sorted({record["filename"] for record in records})
    marks = ", ".join(["%s"] * len(names))
    found = {row[0]: [sql.as_uuid(each) for each in row[1:]] for row in sql.every(f"{_IDENTITIES}({marks})", *names)}
    for record in records:
        client = Client(**{name: record[name] or "" for name in _CLIENT}, ci=record["ci"])
        told = (record["filename"], record["packagetype"], record["project"], record["version"])
        file = FileOf(*told, *found.get(record["filename"], ()))
        yield Row(_hour(record["hour"]), file, client, record["downloads"])


def _hour(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
