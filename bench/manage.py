# SPDX-License-Identifier: Apache-2.0
"""How long the pages take on which a project of 20,000 files is managed, and its public page.

There is no peer: no other index that people run themselves has such pages. The aim is 300 ms.
"""

from pathlib import Path

from bench.inside import time_pages

_ROUNDS = 15
_PREPARATION = """
from tests.support.actors import member
from tests.support.large_project import make_large_project
from tests.manage.test_large_projects import PAGES

user, visitor = member()
make_large_project(user)
urls = {page: url.format("large") for page, url in PAGES.items()}
"""


def measure(folder: Path) -> None:
    """Make a project of 20,000 files in an index of its own, and time its pages inside the process."""
    time_pages(folder, "pages of a project of 20,000 files, server time", _PREPARATION, _ROUNDS)
