# SPDX-License-Identifier: Apache-2.0
"""Count what the edge wrote: each segment once, whenever a process dies in between.

Claimed by rename → rows → stores (durably, under the batch's name) → roll-ups (one transaction, with the batch's
number) → removed. A batch that was left over is done again from its first step, and each step knows its own work.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cheeseshop.core import current
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.flows.publish import publish_days
from cheeseshop.stats.flows.roll_up import latest_batch, record, tidy_up
from cheeseshop.stats.flows.trends import measure_trends
from cheeseshop.stats.raw.choice import Stores
from cheeseshop.stats.raw.store import DownloadStore
from cheeseshop.stats.segments import ClaimedBatch, claim, leftovers
from cheeseshop.stats.tally import tally
from cheeseshop.storage import Store

Step = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What a counting came to."""

    batches: int = 0
    downloads: int = 0
    dropped: int = 0
    damaged: int = 0


def _nothing(_name: str) -> None:
    """Do nothing at a step."""


def count_downloads(store: Store, raw: Stores, step: Step = _nothing) -> Outcome:
    """Count every finished segment, then tidy up. One process at a time does it; others wait."""
    places = Places(store.stats)
    places.prepare()
    outcome = Outcome()
    with store.lock("statistics"):
        finish(places, raw, outcome, step)
        while claimed := claim(places, latest_batch()):
            step("claimed")
            _count(claimed, raw, outcome, step)
        raw.tidy_up(current.settings().stats_days)
        step("compacted")
        tidy_up()
        measure_trends()
        if current.settings().publish_downloads:
            publish_days(raw.parquet)
    return outcome


def finish(places: Places, raw: DownloadStore, outcome: Outcome, step: Step = _nothing) -> None:
    """Finish the batches that somebody claimed and did not finish. The caller holds the lock of the statistics."""
    for batch in leftovers(places):
        _count(batch, raw, outcome, step)


def _count(batch: ClaimedBatch, raw: DownloadStore, outcome: Outcome, step: Step) -> None:
    counted = tally(batch.read())
    step("read")
    raw.append(batch.id, counted.rows)
    step("stored")
    if record(batch.id, counted):
        outcome.batches += 1
        outcome.downloads += counted.downloads
        outcome.dropped += counted.dropped
        outcome.damaged += counted.damaged
    step("recorded")
    batch.remove()
    step("removed")
