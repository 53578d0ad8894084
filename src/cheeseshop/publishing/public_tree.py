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
    keys = [key, f"{key}.metadata"] if state is None or state.has_metadata else [key]
    allowed = state is not None and anyone_may_fetch(state)
    for each in keys:
        if allowed:
            store.publish_blob(each)
        else:
            store.withdraw_blob(each)
    if allowed and state is not None and state.provenance:
        store.publish_provenance(key, state.provenance)
    elif not allowed:
        store.withdraw_provenance(key)


def anyone_may_fetch(file: FileState) -> bool:
    """Ask the policy whether nobody in particular may fetch a file."""
    return decide(ANYBODY, file.project, file.facts, now()).allowed
