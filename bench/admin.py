# SPDX-License-Identifier: Apache-2.0
"""How long the lists of administration take with 200,000 projects and 100,000 people. The aim is 500 ms.

There is no peer: no other index that people run themselves has such lists. On SQLite, or on the database of
``CHEESESHOP_DATABASE_URL``, which must be empty.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.report import table

PROJECTS, PEOPLE = 200_000, 100_000
_ROUNDS = 9
_PROGRAM = """
import json, sys, time
from cheeseshop.config.boot import setup
setup()
from django.conf import settings
from cheeseshop.access.site_roles import SiteRole
from tests.support.keepers import keeper
from tests.support.large_index import PAGES, make_large_index

settings.ALLOWED_HOSTS.append("testserver")
made = make_large_index(projects=int(sys.argv[2]), people=int(sys.argv[3]))
_, visitor = keeper(SiteRole.AUDITOR, "auditor")
visitor.get("/admin/")
taken = {}
for page, url in PAGES.items():
    times = []
    for _ in range(int(sys.argv[1])):
        began = time.perf_counter()
        reply = visitor.get(url.format(**made))
        times.append(time.perf_counter() - began)
        assert reply.status_code == 200, (page, reply.status_code)
    taken[page] = times
print(json.dumps(taken))
"""


def measure(folder: Path) -> None:
    """Fill an index of its own in bulk, and time the lists inside the process."""
    environ = os.environ | {"CHEESESHOP_DATA": str(folder / "var"), "CHEESESHOP_BREACHED_PASSWORDS_URL": "off"}
    environ |= {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-m", "cheeseshop.cli", "init"], env=environ, check=True, stdout=subprocess.DEVNULL)
    arguments = [str(number) for number in (_ROUNDS, PROJECTS, PEOPLE)]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments], env=environ, check=True, stdout=subprocess.PIPE, text=True
    )
    taken: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    rows = [[page, f"{statistics.median(t) * 1000:.0f}", f"{max(t) * 1000:.0f}"] for page, t in taken.items()]
    table(
        f"administration of {PROJECTS:,} projects and {PEOPLE:,} people, server time",
        ["page", "median ms", "longest ms"],
        rows,
    )
