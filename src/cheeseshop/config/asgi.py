# SPDX-License-Identifier: Apache-2.0
"""The program as Granian loads it: the edge in front, Django and the upload flow behind it."""

import threading

from cheeseshop.config import later
from cheeseshop.core import current
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.storage import open_store

_store = open_store()

application = Edge(
    current.settings(),
    EdgePaths(pages=_store.pages, public=_store.public, spool=_store.spool, staged=_store.staged),
    django=later.django,
    uploads=later.Uploads(_store),
    private_files=None,
    staged=later.StagedUploads(_store),
)
application.on_startup.append(threading.Thread(target=later.load, args=(_store,), name="load", daemon=True).start)
