# SPDX-License-Identifier: Apache-2.0
"""The edge alone, as a server loads it: the site's folder and its settings come from the environment."""

import json
import os
from pathlib import Path

from cheeseshop.edge import EdgePaths
from tests.support.edge_site import make_edge

_folder = Path(os.environ["EDGE_FOLDER"])
application = make_edge(
    EdgePaths(_folder / "pages", _folder / "public", _folder / "spool"), **json.loads(os.environ["EDGE_SETTINGS"])
)
