# SPDX-License-Identifier: Apache-2.0
"""The publisher: catches up with dirty marks, emits the list of all projects, and clears the marks that are done.

One thread in every worker runs it; a lock elects the one that works.
"""

import logging
import os
import time

from django.db import transaction

from cheeseshop.background import Repeating
from cheeseshop.catalog.models import Project
from cheeseshop.edge_contract.assembly import PAGE_FORMAT
from cheeseshop.fronts.queue import queue_marked
from cheeseshop.journal.models import DirtyMark
from cheeseshop.pages.listing import emit_list
from cheeseshop.pages.models import PageTree
from cheeseshop.pages.publisher import is_published, publish_project
from cheeseshop.storage import Election, Store

log = logging.getLogger(__name__)

LIST_INTERVAL = 2.0
_BATCH = 500


class Publisher(Repeating):
    """The publisher's thread. ``stop`` ends it after the step under way."""

    def __init__(self, store: Store, site: str) -> None:
        super().__init__("publisher", "the publisher failed; it will try again")
        self.store = store
        self.site = site
        self._listed = 0.0
        self._election = Election(store, "publisher")

    def work(self) -> None:
        """Take a step, if this worker is the elected one."""
        if self._election.is_won():
            self.step()

    def let_go(self) -> None:
        """Let another worker publish."""
        self._election.resign()

    def step(self, *, at_once: bool = False) -> None:
        """Publish what waits, and emit the list if it is time (or ``at_once``)."""
        ensure_tree(self.store, self.site)
        marks = list(DirtyMark.objects.order_by("id").values_list("id", "normalized_name", "serial")[:_BATCH])
        newest = {name: serial for _, name, serial in marks}
        for name, serial in newest.items():
            if not is_published(self.store, name, serial):
                publish_project(self.store, self.site, name)
        if not marks or (not at_once and time.monotonic() - self._listed < LIST_INTERVAL):
            return
        emit_list(self.store, self.site, set(newest))
        self._listed = time.monotonic()
        os.sync()  # pages are not synced one by one; the marks stay until the batch is on the disk
        with transaction.atomic():
            DirtyMark.objects.filter(id__in=[mark[0] for mark in marks]).delete()
            queue_marked(newest, {mark[2] for mark in marks})


def ensure_tree(store: Store, site: str) -> None:
    """Mark everything dirty when the pages on disk are of another format or for another address."""
    tree = PageTree.objects.first()
    if (
        tree is not None
        and (tree.format, tree.site) == (PAGE_FORMAT, site)
        and (store.pages / "_list/current").exists()
    ):
        return
    mark_everything()
    emit_list(store, site, None)
    PageTree.objects.update_or_create(id=1, defaults={"format": PAGE_FORMAT, "site": site})


def mark_everything() -> None:
    """Mark every project dirty, in batches."""
    names = Project.objects.order_by("normalized_name").values_list("normalized_name", "last_serial")
    batch: list[DirtyMark] = []
    for name, serial in names.iterator(chunk_size=_BATCH):
        batch.append(DirtyMark(normalized_name=name, serial=serial))
        if len(batch) == _BATCH:
            DirtyMark.objects.bulk_create(batch)
            batch = []
    DirtyMark.objects.bulk_create(batch)
