# SPDX-License-Identifier: Apache-2.0
"""The public tree holds a link for each file that anyone may fetch, and no other."""

from collections.abc import Sequence

from cheeseshop.catalog.state import FileState, file_state
from cheeseshop.core.clock import now
from cheeseshop.core.facts import ANYBODY
from cheeseshop.policy import decide
from cheeseshop.storage import Store


def publish_file(store: Store, key: str) -> None:
    """Bring the public links of one file, its core metadata and provenance included, in line with the policy."""
    state = file_state(key.rpartition("/")[2])
    keys = [key, f"{key}.metadata"] if state is None or state.has_metadata else [key]
    if state is None or not anyone_may_fetch(state):
        _withdraw(store, key, keys)
        return
    for each in keys:
        store.publish_blob(each)
    if state.provenance:
        store.publish_provenance(key, state.provenance)
    again = file_state(key.rpartition("/")[2])  # a quarantine in between has unlinked before we linked
    if again is None or not anyone_may_fetch(again):
        _withdraw(store, key, keys)


def _withdraw(store: Store, key: str, keys: Sequence[str]) -> None:
    for each in keys:
        store.withdraw_blob(each)
    store.withdraw_provenance(key)


def anyone_may_fetch(file: FileState) -> bool:
    """Ask the policy whether nobody in particular may fetch a file."""
    return decide(ANYBODY, file.project, file.facts, now()).allowed
