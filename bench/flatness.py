# SPDX-License-Identifier: Apache-2.0
"""Whether an upload costs the same into a large project and a large index as into a small one.

Each is measured in turns beside an upload into a small one, so that a change of the machine's mood is not taken for one
of size.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.corpus import many_projects, one_project
from bench.peers import PeerMissing, Target, devpi
from bench.report import table
from bench.uploads import UploadFailed, ours, send
from tests.support.index import live_index

_ROUNDS = 4
_TAKE = 25
_HEAD = ("an upload into", "median ms", "mean ms", "beside, median", "ratio of medians", "of means")
# The list of all projects is written at most every 2 seconds: a round among many projects lasts longer than that, and
# the next waits until the last one's list is out.
_WIDE_ROUNDS, _WIDE_TAKE, _SETTLE = 3, 500, 3.0

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

_Row = tuple[str, ...]


class _Beside:
    """Uploads into the first versions of ever new projects, to compare with."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name, self._used = folder, name, 0

    def wheels(self) -> Path:
        """Return the versions of a project that nobody has seen yet."""
        self._used += 1
        name = f"{self._name}-{self._used}"
        return one_project(self._folder / name, name, _TAKE)


def measure(folder: Path) -> None:
    """Print the time of an upload by the size of what it goes into."""
    for name, part in (("deep", _deep), ("devpi", _devpi), ("wide", _wide)):
        (folder / name).mkdir()
        part(folder / name)


def _deep(folder: Path) -> None:
    wheels = one_project(folder / "growing", "growing", 2000 + _ROUNDS * _TAKE)
    beside = _Beside(folder, "beside")
    with live_index(folder, CHEESESHOP_ACCESS_LOG="no") as index:
        target = ours(index)
        send(target, 1, many_projects(folder / "warm", 50, "warm"), 0, 50)
        rows = _growing(target, wheels, beside, (10, 500, 1000, 2000))
        last = _import_all_but_last(
            folder, lambda source: index.command("import", source, "--user", "alice", timeout=540)
        )
        rows.append(_in_turns(target, "a project of 10,000 files", (last, 0), beside))
    table("ours: versions of one project, beside the first of new ones", _HEAD, rows)


def _import_all_but_last(folder: Path, load: Callable[[str], object]) -> Path:
    wheels = one_project(folder / "ten", "ten", 10_000 + _ROUNDS * _TAKE)
    last = folder / "last"
    last.mkdir()
    for path in sorted(wheels.glob("*.whl"))[10_000:]:
        path.rename(last / path.name)
    load(str(wheels))
    return last


def _devpi(folder: Path) -> None:
    wheels = one_project(folder / "growing", "growing", 200 + _ROUNDS * _TAKE)
    try:
        with devpi(folder) as target:
            rows = _growing(target, wheels, _Beside(folder, "beside"), (10, 200))
    except (PeerMissing, UploadFailed) as missing:
        print(f"left out: {missing}")
        return
    table("devpi: the same", _HEAD, rows)


def _growing(target: Target, wheels: Path, beside: _Beside, stops: tuple[int, ...]) -> list[_Row]:
    rows, at = [], 0
    for begin in stops:
        send(target, 4, wheels, at, begin - at)
        rows.append(_in_turns(target, f"a project of {begin:,} versions", (wheels, begin), beside))
        at = begin + _ROUNDS * _TAKE
    return rows


def _in_turns(target: Target, title: str, wheels: tuple[Path, int], beside: _Beside) -> _Row:
    source, begin = wheels
    large: list[float] = []
    small: list[float] = []
    for number in range(_ROUNDS):
        large += send(target, 1, source, begin + number * _TAKE, _TAKE).times
        small += send(target, 1, beside.wheels(), 0, _TAKE).times
    return _row(title, large, small)


def _row(title: str, large: list[float], small: list[float]) -> _Row:
    middles = statistics.median(large) * 1000, statistics.median(small) * 1000
    means = statistics.mean(large) * 1000, statistics.mean(small) * 1000
    shown = (middles[0], means[0], middles[1])
    return (title, *(f"{each:.1f}" for each in shown), f"{middles[0] / middles[1]:.2f}", f"{means[0] / means[1]:.2f}")


def _wide(folder: Path) -> None:
    news = many_projects(folder / "news", 100 + _WIDE_ROUNDS * _WIDE_TAKE, "news")
    with ExitStack() as stack:
        targets = []
        for name in ("empty", "large"):
            (folder / name).mkdir()
            index = stack.enter_context(live_index(folder / name, CHEESESHOP_ACCESS_LOG="no"))
            targets.append(ours(index, name))
            if name == "large":
                subprocess.run([sys.executable, "-c", _FILL, "100000"], env=index.environ, check=True)
            send(targets[-1], 1, news, 0, 100)
        times: dict[str, list[float]] = {target.name: [] for target in targets}
        for number in range(_WIDE_ROUNDS):
            for target in targets:
                time.sleep(_SETTLE)
                times[target.name] += send(target, 1, news, 100 + number * _WIDE_TAKE, _WIDE_TAKE).times
    row = _row("an index of 100,000 projects", times["large"], times["empty"])
    table("ours: new projects, beside an index that was empty", _HEAD, [row])
