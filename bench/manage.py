# SPDX-License-Identifier: Apache-2.0
"""How long the pages take on which a project of 20,000 files is managed, and its public page.

There is no peer: no other index that people run themselves has such pages. The aim is 300 ms.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.report import table

_ROUNDS = 15
_PROGRAM = """
import json, sys, time
from cheeseshop.config.boot import setup
setup()
from django.conf import settings
from tests.support.actors import member
from tests.support.large_project import make_large_project
from tests.manage.test_large_projects import PAGES

settings.ALLOWED_HOSTS.append("testserver")
user, visitor = member()
make_large_project(user)
taken = {}
for page, url in PAGES.items():
    times = []
    for _ in range(int(sys.argv[1])):
        began = time.perf_counter()
        reply = visitor.get(url.format("large"))
        times.append(time.perf_counter() - began)
        assert reply.status_code == 200, (page, reply.status_code)
    taken[page] = times
print(json.dumps(taken))
"""


def measure(folder: Path) -> None:
    """Make a project of 20,000 files in an index of its own, and time its pages inside the process."""
    environ = os.environ | {"CHEESESHOP_DATA": str(folder / "var"), "CHEESESHOP_BREACHED_PASSWORDS_URL": "off"}
    environ |= {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-m", "cheeseshop.cli", "init"], env=environ, check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(_ROUNDS)], env=environ, check=True, stdout=subprocess.PIPE, text=True
    )
    taken: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    rows = [[page, f"{statistics.median(t) * 1000:.0f}", f"{max(t) * 1000:.0f}"] for page, t in taken.items()]
    table("pages of a project of 20,000 files, server time", ["page", "median ms", "longest ms"], rows)
