# SPDX-License-Identifier: Apache-2.0
"""The public tree holds a link for each file that anyone may fetch, and no other."""

from cheeseshop.catalog.state import FileState, file_state
from cheeseshop.core.clock import now
from cheeseshop.core.facts import ANYBODY
from cheeseshop.policy import decide
from cheeseshop.storage import Store


def publish_file(store: Store, key: str) -> None:
    """Bring the public links of one file, its core metadata and provenance included, in line with the policy."""
    state = file_state(key.rpartition("/")[2])
    if state is None or not anyone_may_fetch(state):
        store.withdraw_file(key)
        return
    store.publish_blob(key)
    if state.has_metadata:
        store.publish_blob(f"{key}.metadata")
    if state.provenance:
        store.publish_provenance(key, state.provenance)
    again = file_state(key.rpartition("/")[2])  # a quarantine in between has unlinked before we linked
    if again is None or not anyone_may_fetch(again):
        store.withdraw_file(key)


def anyone_may_fetch(file: FileState) -> bool:
    """Ask the policy whether nobody in particular may fetch a file."""
    return decide(ANYBODY, file.project, file.facts, now()).allowed
