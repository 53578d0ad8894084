# SPDX-License-Identifier: Apache-2.0
"""Uploads a second: ours beside devpi and pypiserver, in turns of a few files each, because machines have moods."""

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.corpus import many_projects
from bench.peers import PeerMissing, Target, devpi, pypiserver
from bench.report import table
from tests.support.index import live_index

_ROUNDS = 12
_TAKE = 25
_WARM = 25


@dataclass(slots=True)
class _Seen:
    count: int = 0
    wall: float = 0.0
    times: list[float] = field(default_factory=list)


def send(target: Target, jobs: int, folder: Path, skip: int, take: int) -> dict[str, float | list[float] | list[str]]:
    """Upload a slice of a folder from a client of its own.

    Raises:
        SystemExit: when any upload fails, because a rate of errors means nothing.
    """
    arguments = [target.url, target.user, target.password, str(jobs), str(folder), str(skip), str(take)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.client", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, float | list[float] | list[str]] = json.loads(done.stdout)
    if result["errors"]:
        sys.exit(f"{target.name}: {result['errors']}")
    return result


def measure(folder: Path) -> None:
    """Print uploads a second, one at a time and by four uploaders."""
    wheels = many_projects(folder / "uploads", _WARM + 2 * _ROUNDS * _TAKE)
    with ExitStack() as stack:
        index = stack.enter_context(live_index(folder, workers=0, CHEESESHOP_ACCESS_LOG="no"))
        targets = [Target("ours", f"{index.url}/legacy/", "__token__", index.token)]
        for peer in (devpi, pypiserver):
            try:
                targets.append(stack.enter_context(peer(folder)))
            except PeerMissing as missing:
                print(f"left out: {missing}")
        for target in targets:
            send(target, 4, wheels, 0, _WARM)
        for number, jobs in enumerate((1, 4)):
            _compare(targets, jobs, wheels, _WARM + number * _ROUNDS * _TAKE)


def _compare(targets: list[Target], jobs: int, wheels: Path, skip: int) -> None:
    seen = {target.name: _Seen() for target in targets}
    for number in range(_ROUNDS):
        for target in targets:
            if target.name == "pypiserver" and number >= 2:
                continue  # walks its folder at every upload: it has shown what it does
            done = send(target, jobs, wheels, skip + number * _TAKE, _TAKE)
            seen[target.name].count += int(done["count"])  # type: ignore[arg-type]
            seen[target.name].wall += float(done["wall"])  # type: ignore[arg-type]
            seen[target.name].times += done["times"]  # type: ignore[arg-type]
    ours = seen["ours"].count / seen["ours"].wall
    rows = []
    for name, one in seen.items():
        rate = one.count / one.wall
        rows.append((name, f"{rate:.0f}", f"{statistics.median(one.times) * 1000:.1f}", f"{ours / rate:.2f}"))
    table(f"small uploads, {jobs} at a time", ("server", "a second", "median ms", "ours / it"), rows)
