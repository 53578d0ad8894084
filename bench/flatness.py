# SPDX-License-Identifier: Apache-2.0
"""Whether an upload costs the same into a large project and a large index as into a small one."""

import statistics
import subprocess
import sys
from pathlib import Path

from bench.corpus import many_projects, one_project
from bench.peers import Target
from bench.report import table
from bench.uploads import send
from tests.support.index import Index, live_index

_FILL = """
import sys
from cheeseshop.config.boot import setup
setup()
from django.db import transaction
from cheeseshop.catalog.models import Project
from cheeseshop.journal import flows
for start in range(0, int(sys.argv[1]), 5000):
    names = [f"filler-{n:06}" for n in range(start, start + 5000)]
    with transaction.atomic():
        Project.objects.bulk_create(Project(name=n, normalized_name=n, lookalike_key=n.replace("-", "")) for n in names)
        flows.commit([flows.Change(n, n, "create") for n in names[:1]], [])
from cheeseshop.core import current
from cheeseshop.pages.listing import emit_list
from cheeseshop.storage import open_store
emit_list(open_store(), current.settings().url, None)
"""


def _target(index: Index) -> Target:
    return Target("ours", f"{index.url}/legacy/", "__token__", index.token)


def _median(index: Index, folder: Path, skip: int, take: int) -> float:
    times: list[float] = send(_target(index), 1, folder, skip, take)["times"]  # type: ignore[assignment]
    return statistics.median(times) * 1000


def measure(folder: Path) -> None:
    """Print the time of an upload by the size of what it goes into."""
    wheels = one_project(folder / "growing", "growing", 2040)
    rows = []
    with live_index(folder, CHEESESHOP_ACCESS_LOG="no") as index:
        _median(index, many_projects(folder / "warm", 20, "warm"), 0, 20)
        at = 0
        for begin, take in ((10, 30), (500, 30), (1000, 30), (2000, 30)):
            send(_target(index), 4, wheels, at, begin - at)
            rows.append((f"version {begin} of one project", _median(index, wheels, begin, take)))
            at = begin + take
        large = one_project(folder / "ten", "ten", 10_000)
        last = folder / "last"
        last.mkdir()
        for path in sorted(large.glob("*.whl"))[-30:]:
            path.rename(last / path.name)
        index.command("import", str(large), "--user", "alice", timeout=1800)
        rows.append(("project of 10,000 files", _median(index, last, 0, 30)))
    (folder / "wide").mkdir()
    with live_index(folder / "wide", CHEESESHOP_ACCESS_LOG="no") as index:
        news = many_projects(folder / "news", 120, "news")
        _median(index, news, 0, 40)
        rows.append(("new project, empty index", _median(index, news, 40, 40)))
        subprocess.run([sys.executable, "-c", _FILL, "100000"], env=index.environ, check=True)
        rows.append(("new project, 100,000 projects", _median(index, news, 80, 40)))
    first = {"new": rows[-2][1], "version": rows[0][1], "project": rows[0][1]}
    shown = [(name, f"{each:.1f}", f"{each / first[name.split()[0]]:.2f}") for name, each in rows]
    table("an upload into …", ("into", "median ms", "of the first"), shown)
