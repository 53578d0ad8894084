# SPDX-License-Identifier: Apache-2.0
"""The queue of purges: written in the transaction that takes the marks of a change away, emptied by every worker.

It follows a purge that was tried at once, for two reasons. The process that should have sent that one may be killed,
or the front be away. And a front that was fetching the old answer at that moment keeps it afterwards: so pages are
purged once more when their marks go, and files, which may take minutes to fetch, ten minutes later again.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction

from cheeseshop.core.clock import now
from cheeseshop.edge_contract.tags import EVERY_PROJECT
from cheeseshop.fronts import addresses
from cheeseshop.fronts.addresses import Front, fronts
from cheeseshop.fronts.calling import Caller, Outcome
from cheeseshop.fronts.models import Purge
from cheeseshop.journal.models import FileMark

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=5)

_CLAIM = timedelta(seconds=15)
_FILES_AFTER = timedelta(seconds=3)  # the links are taken away after the commit
_FILES_AGAIN, _LIST_AGAIN = 600, 10
_BATCH = 500


def queue_marked(names: Collection[str], serials: Collection[int]) -> None:
    """Queue the pages of these projects, the list of all, and the files that changes of these serials were about.

    Call it where the dirty marks are removed, in the same transaction.
    """
    there = fronts()
    if not there:
        return
    files = FileMark.objects.filter(serial__in=serials)
    at = now()
    due = [(addresses.project(name), at, 0) for name in names] + [(EVERY_PROJECT, at, _LIST_AGAIN)]
    due += [(addresses.file(key), at + _FILES_AFTER, _FILES_AGAIN) for key in set(files.values_list("key", flat=True))]
    rows = [
        Purge(front=front.name, what=what, due_at=when, again_after=again)
        for front in there
        for what, when, again in due
    ]
    Purge.objects.bulk_create(
        rows, _BATCH, update_conflicts=True, unique_fields=["front", "what"], update_fields=["due_at", "again_after"]
    )
    files.delete()


def send_due(front: Front, caller: Caller, retry_after: timedelta = FIRST_WAIT) -> Outcome | None:
    """Send some of what is due, and return what became of it; None when nothing was due.

    Several processes may do so at once. What is not taken is tried again after ``retry_after``.
    """
    claimed = _claim(front)
    if not claimed:
        return None
    outcome = caller.purge([each.what for each in claimed])
    for each in claimed:
        mine = Purge.objects.filter(pk=each.pk, due_at=each.due_at)  # unless it was queued anew meanwhile
        if each.what in outcome.left:
            mine.update(due_at=now() + retry_after)
        elif each.again_after:
            mine.update(due_at=now() + timedelta(seconds=each.again_after), again_after=0)
        else:
            mine.delete()
    return outcome


def _claim(front: Front) -> list[Purge]:
    """Take what is due for a while: whoever is killed with it leaves it to the next one."""
    due = Purge.objects.filter(front=front.name, due_at__lte=now())
    if not due.exists():
        return []
    with transaction.atomic():
        claimed = list(due.select_for_update(skip_locked=True).order_by("due_at", "pk")[:_BATCH])
        until = now() + _CLAIM
        Purge.objects.filter(pk__in=[each.pk for each in claimed]).update(due_at=until)
    for each in claimed:
        each.due_at = until
    return claimed


def tidy_up() -> None:
    """Forget what fronts should have purged that the settings do not name any more."""
    Purge.objects.exclude(front__in=[front.name for front in fronts()]).delete()
