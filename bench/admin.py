# SPDX-License-Identifier: Apache-2.0
"""How long the lists of administration take with 200,000 projects and 100,000 people. The aim is 500 ms.

There is no peer: no other index that people run themselves has such lists. On SQLite, or on the database of
``CHEESESHOP_DATABASE_URL``, which must be empty.
"""

from pathlib import Path

from bench.inside import time_pages

PROJECTS, PEOPLE = 200_000, 100_000
_ROUNDS = 9
_PREPARATION = f"""
from cheeseshop.access.site_roles import SiteRole
from tests.support.keepers import keeper
from tests.support.large_index import PAGES, make_large_index

made = make_large_index(projects={PROJECTS}, people={PEOPLE})
_, visitor = keeper(SiteRole.AUDITOR, "auditor")
visitor.get("/admin/")
urls = {{page: url.format(**made) for page, url in PAGES.items()}}
"""


def measure(folder: Path) -> None:
    """Fill an index of its own in bulk, and time the lists inside the process."""
    title = f"administration of {PROJECTS:,} projects and {PEOPLE:,} people, server time"
    time_pages(folder, title, _PREPARATION, _ROUNDS)
