# SPDX-License-Identifier: Apache-2.0
"""After a change of a project: withdraw what is gone, publish the pages, then answer."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError

from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.core import current
from cheeseshop.core.errors import TryAgain
from cheeseshop.fronts.purging import purge
from cheeseshop.pages.publisher import publish_project
from cheeseshop.storage import Store, open_store

log = logging.getLogger(__name__)

_PATIENCE = 0.9
"""Seconds that fronts have to purge files; what takes longer goes on without us."""


def follow(changed: Changed, store: Store | None = None, files: Sequence[str] = ()) -> None:
    """Bring the public tree, the pages and the caches in front in line with a change that is committed.

    ``files`` are keys of others that were brought in line already. Where files are concerned, the fronts have a moment
    to purge them before this returns.

    Raises:
        TryAgain: when that failed; the change stands, and the publisher's loop will publish it.
    """
    store = store or open_store()
    try:
        for key in changed.withdrawn:
            store.withdraw_file(key)
        publish_project(store, current.settings().url, changed.normalized_name)
    except (DatabaseError, OSError) as error:
        log.exception("publishing %s failed", changed.normalized_name)
        raise TryAgain("The change is made, but its pages could not be published yet; they follow.") from error
    finally:
        gone = (*files, *changed.withdrawn)
        purge((changed.normalized_name,), gone, wait=_PATIENCE if gone else 0)
