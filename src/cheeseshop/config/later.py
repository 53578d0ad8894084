# SPDX-License-Identifier: Apache-2.0
"""Django and what stands on it, loaded beside the first reads and not before them: reads need neither.

Importing ``config.wsgi`` sets Django up. Whoever comes first does it, and others wait for the import's own lock.
"""

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cheeseshop.core import current
from cheeseshop.edge_contract.protocols import Admission, Reply, RequestHead, SpooledForm
from cheeseshop.storage import Store

if TYPE_CHECKING:
    from cheeseshop.publishing.receiving import Receiver
    from cheeseshop.staging.receiving import StagedReceiver

log = logging.getLogger(__name__)

_CHORES = (
    "cheeseshop.accounts.flows.tidy_up.tidy_up",
    "cheeseshop.accounts.flows.check_mail_domains.check_daily",
    "cheeseshop.claims.flows.seek_owners.remind",
    "cheeseshop.catalog.flows.collaborators.expire_invitations",
    "cheeseshop.tokens.expiring.tell_daily",
    "cheeseshop.staging.flows.sessions.end_expired",
    "cheeseshop.organizations.flows.applications.purge_declined",
    "cheeseshop.publishers.flows.tidy_up.tidy_up",
    "cheeseshop.publishing.sweeping.sweep_daily",
    "cheeseshop.webhooks.delivering.tidy_up",
    "cheeseshop.fronts.queue.tidy_up",
    "cheeseshop.descriptions.images.tidy_up",
    "cheeseshop.advisories.fetching.fetch_daily",
    "cheeseshop.rates.counting.tidy_up",
    "cheeseshop.discovery.indexing.follow_popularity",
)
_STEPS = (
    "cheeseshop.webhooks.delivering.read_journal",
    "cheeseshop.webhooks.delivering.deliver_due",
    "cheeseshop.advisories.flows.match_new_releases",
    "cheeseshop.relations.flows.read_journal",
    "cheeseshop.discovery.indexing.follow_journal",
    "cheeseshop.discovery.indexing.follow_journal_elsewhere",
)


def django(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a complete request by Django."""
    from cheeseshop.config.wsgi import application  # noqa: PLC0415 - what this module is for

    return application(environ, start_response)


class Uploads:
    """The upload flow, as the edge asks it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _receiver(self) -> "Receiver":
        import cheeseshop.config.wsgi  # noqa: F401, PLC0415 - sets Django up
        from cheeseshop.publishing.receiving import Receiver  # noqa: PLC0415 - what this module is for

        return Receiver(self._store, current.settings().url)

    def admit(self, head: RequestHead) -> Admission | Reply:
        """Check identity, flags and limits from headers alone."""
        return self._receiver.admit(head)

    def accept(self, admission: Admission, form: SpooledForm) -> Reply:
        """Check and store the file, publish its pages, and answer."""
        return self._receiver.accept(admission, form)


class StagedUploads(Uploads):
    """The flow of files that are staged (PEP 694), as the edge asks it."""

    @cached_property
    def _receiver(self) -> "StagedReceiver":  # type: ignore[override]
        import cheeseshop.config.wsgi  # noqa: F401, PLC0415 - sets Django up
        from cheeseshop.staging.receiving import StagedReceiver  # noqa: PLC0415 - what this module is for

        return StagedReceiver(self._store)


def load(store: Store) -> None:
    """Load everything, start what works in the background, and do beforehand what the first upload would wait for.

    A worker that can't is of no use: it ends, so that the server starts another one or says that it can't.
    """
    try:
        import cheeseshop.config.wsgi  # noqa: F401, PLC0415 - sets Django up
        from cheeseshop.distributions.names import is_stdlib_name  # noqa: PLC0415 - what this module is for
        from cheeseshop.fronts.addresses import fronts  # noqa: PLC0415 - as above
        from cheeseshop.fronts.loop import Purger  # noqa: PLC0415 - as above
        from cheeseshop.journal.follower import Follower  # noqa: PLC0415 - as above
        from cheeseshop.notify.courier import Courier  # noqa: PLC0415 - as above
        from cheeseshop.pages.loop import Publisher  # noqa: PLC0415 - as above
        from cheeseshop.publishing import receiving  # noqa: F401, PLC0415 - as above
        from cheeseshop.scanning.loop import Scanning  # noqa: PLC0415 - as above
        from cheeseshop.stats.loop import Counting  # noqa: PLC0415 - as above

        Publisher(store, current.settings().url).start()
        Courier(_CHORES).start()
        Follower(store, _STEPS).start()
        for front in fronts():
            Purger(front).start()
        if current.settings().scan_uploads:
            Scanning(store, current.settings().scan_memory_mb).start()
        if current.settings().count_downloads:
            Counting(store, current.settings().count_interval).start()
        is_stdlib_name("warm-up")  # reads a table that is read once
        _settle_in()
    except Exception:
        log.exception("this worker can't load the program")
        os._exit(1)


def _settle_in() -> None:
    """Tell the interpreter that what is loaded stays, and that many threads want it.

    An upload makes thousands of objects and no cycles: looking for those each 700 objects, among all that was loaded,
    took a tenth of its time. And whoever comes back from the disk, dozens of times an upload, waits for the
    interpreter as long as a thread of the background may keep it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    sys.setswitchinterval(0.001)
