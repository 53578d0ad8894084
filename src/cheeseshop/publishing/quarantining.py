# SPDX-License-Identifier: Apache-2.0
"""Quarantine, from the public tree to the pages.

Links are taken away before the rows say so, and once more afterwards: a crash in between leaves something that nobody
gets, which ``cheeseshop verify --repair`` mends, and never something that everybody gets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from cheeseshop.access.models import ProjectRole
from cheeseshop.catalog.flows import quarantine
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.core.errors import Conflict
from cheeseshop.moderation import cases
from cheeseshop.moderation.models import Case
from cheeseshop.publishing.managing import follow
from cheeseshop.publishing.public_tree import publish_file
from cheeseshop.staging.preview import refresh_previews
from cheeseshop.storage import Store, open_store


@dataclass(frozen=True, slots=True)
class Order:
    """Who holds what back, and why: the reason is public, the evidence is for moderators."""

    held: Held
    reason: str
    by: str
    evidence: str = ""
    observation: UUID | None = None


def hold(order: Order) -> None:
    """Put something into quarantine. When this returns, nobody gets it from this host.

    Raises:
        Refusal, Missing, Conflict: as the flow.
        TryAgain: when it is in quarantine, but its pages could not be published yet.
    """
    store, keys = open_store(), quarantine.keys_of(order.held)
    for key in keys:
        store.withdraw_file(key)
    try:
        opened = cases.opening(order.by, order.evidence, order.observation)
        changed = quarantine.hold(order.held, order.reason, order.by, opened)
    finally:
        _relink(store, keys)  # as the rows decide: gone now, or back where the flow refused
    _follow(changed, store, keys)


def clear(case: UUID, note: str, by: str) -> None:
    """Take something out of quarantine.

    Raises:
        Missing, Conflict: as the flow.
        TryAgain: when it is out, but its pages could not be published yet.
    """
    found = cases.open_case(case)
    held = Held(found.project_id, found.version, found.filename)
    changed = quarantine.clear(held, note, by, cases.closing(found.pk, by, note))
    store, keys = open_store(), quarantine.keys_of(held)
    _relink(store, keys)
    _follow(changed, store, keys)


def hold_all_of(person: UUID, reason: str, by: str) -> int:
    """Put every project on which a person has a role of their own into quarantine, and return how many were not yet.

    Raises:
        Refusal: as the flow.
    """
    done = 0
    for project in ProjectRole.objects.filter(user=person).values_list("project", flat=True):
        try:
            hold(Order(Held(project), reason, by))
        except Conflict:
            continue
        done += 1
    return done


def clear_all_of(person: UUID, note: str, by: str) -> int:
    """Take every project on which a person has a role of their own out of quarantine, and return how many there were.

    Releases and files that are held by themselves stay so.
    """
    projects = ProjectRole.objects.filter(user=person).values("project")
    found = list(Case.objects.filter(project_id__in=projects, version="", filename="", cleared_at=None))
    for case in found:
        clear(case.pk, note, by)
    return len(found)


def _relink(store: Store, keys: Iterable[str]) -> None:
    for key in keys:
        publish_file(store, key)


def _follow(changed: Changed, store: Store, keys: Sequence[str]) -> None:
    refresh_previews(store, changed.normalized_name)
    follow(changed, store, keys)
