# SPDX-License-Identifier: Apache-2.0
"""The program as Granian loads it: the edge in front, Django and the upload flow behind it."""

import threading

from cheeseshop.config import later
from cheeseshop.core import current
from cheeseshop.edge import DownloadLog, Edge, EdgePaths
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.storage import open_store

_store = open_store()
_settings = current.settings()
_places = Places(_store.stats)

application = Edge(
    _settings,
    EdgePaths(
        pages=_store.pages,
        public=_store.public,
        spool=_store.spool,
        staged=_store.staged,
        data_set=_places.public if _settings.publish_downloads else None,
    ),
    django=later.django,
    uploads=later.Uploads(_store),
    private_files=None,
    staged=later.StagedUploads(_store),
)
if _settings.count_downloads:
    application.downloads = DownloadLog(_places, _settings.count_interval)
application.on_startup.append(threading.Thread(target=later.load, args=(_store,), name="load", daemon=True).start)
