# SPDX-License-Identifier: Apache-2.0
"""The program as Granian loads it: the edge in front, Django and the upload flow behind it."""

import threading

from cheeseshop.config.wsgi import application as django
from cheeseshop.core import current
from cheeseshop.edge import Edge, EdgePaths
from cheeseshop.notify.courier import Courier
from cheeseshop.pages.loop import Publisher
from cheeseshop.publishing.receiving import Receiver
from cheeseshop.storage import open_store
from cheeseshop.uploads.warm_up import warm_up

_settings = current.settings()
_store = open_store()
_publisher = Publisher(_store, _settings.url)

application = Edge(
    _settings,
    EdgePaths(pages=_store.pages, public=_store.public, spool=_store.spool),
    django=django,
    uploads=Receiver(_store, _settings.url),
    private_files=None,
)
application.on_startup.append(_publisher.start)
application.on_startup.append(
    Courier(("cheeseshop.accounts.flows.tidy_up.tidy_up", "cheeseshop.publishing.sweeping.sweep_daily")).start
)
application.on_startup.append(threading.Thread(target=warm_up, name="warm-up", daemon=True).start)
