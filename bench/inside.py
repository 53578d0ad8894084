# SPDX-License-Identifier: Apache-2.0
"""Pages timed inside a process that has an index of its own: what they cost without a server and a network."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.report import table

_PROGRAM = """
import json, sys, time
from cheeseshop.config.boot import setup
setup()
from django.conf import settings

settings.ALLOWED_HOSTS.append("testserver")
{preparation}
taken = {{}}
for page, url in urls.items():
    times = []
    for _ in range({rounds}):
        began = time.perf_counter()
        reply = visitor.get(url)
        times.append(time.perf_counter() - began)
        assert reply.status_code == 200, (page, reply.status_code)
    taken[page] = times
print(json.dumps(taken))
"""


def time_pages(folder: Path, title: str, preparation: str, rounds: int) -> None:
    """Print how long pages take.

    ``preparation`` is Python that fills the index and makes ``visitor``, a client of Django's, and ``urls``, the
    address of each page by what it is called.
    """
    environ = os.environ | {"CHEESESHOP_DATA": str(folder / "var"), "CHEESESHOP_BREACHED_PASSWORDS_URL": "off"}
    environ |= {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-m", "cheeseshop.cli", "init"], env=environ, check=True, stdout=subprocess.DEVNULL)
    program = _PROGRAM.format(preparation=preparation, rounds=rounds)
    done = subprocess.run([sys.executable, "-c", program], env=environ, check=True, stdout=subprocess.PIPE, text=True)
    taken: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    rows = [[page, f"{statistics.median(t) * 1000:.0f}", f"{max(t) * 1000:.0f}"] for page, t in taken.items()]
    table(title, ["page", "median ms", "longest ms"], rows)
