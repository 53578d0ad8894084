# SPDX-License-Identifier: Apache-2.0
"""Uploads: ours beside devpi and pypiserver, in turns of a few files each, because machines have moods."""

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.corpus import many_projects, one_project
from bench.peers import PeerMissing, Server, Target, devpi, pypiserver
from bench.processes import processor_seconds
from bench.report import table
from tests.support.index import Index, live_index

_ROUNDS = 8
_TAKE = 25
_COUNT = _ROUNDS * _TAKE
_WARM = 25
_FILLED = 1000


class UploadFailed(Exception):  # noqa: N818 - a state
    """A server refused an upload. The message says whose and why."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client saw: how long all took, how long each took, in seconds."""

    wall: float
    times: list[float]


@dataclass(slots=True)
class _Seen:
    wall: float = 0.0
    times: list[float] = field(default_factory=list)
    spent: float = 0.0


def ours(index: Index, name: str = "ours") -> Target:
    """Return a running index as a target."""
    server = Server(index.url, psutil.Process(index.process.pid), 0.0)
    return Target(name, f"{index.url}/legacy/", "__token__", index.token, server)


def send(target: Target, jobs: int, folder: Path, skip: int, take: int) -> Sent:
    """Upload a slice of a folder from a client of its own.

    Raises:
        UploadFailed: when any upload fails, because a rate of errors means nothing.
    """
    arguments = [target.url, target.user, target.password, str(jobs), str(folder), str(skip), str(take)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.client", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UploadFailed(f"{target.name}: {done.stderr[-500:]}")
    result = json.loads(done.stdout)
    if result["errors"] or result["count"] != take:
        raise UploadFailed(f"{target.name}: {result['count']} of {take} sent, {result['errors']}")
    return Sent(result["wall"], result["times"])


def measure(folder: Path) -> None:
    """Print uploads a second, one at a time and by four uploaders, into an empty index and one that is in use."""
    many = many_projects(folder / "uploads", _WARM + 4 * _COUNT)
    single = one_project(folder / "single", "single", 2 * _COUNT)
    with ExitStack() as stack:
        targets = _targets(stack, folder)
        for target in targets:
            send(target, 4, many, 0, _WARM)
        for number, jobs in enumerate((1, 4)):
            _compare(
                f"new projects into an empty index, {jobs} at a time", targets, jobs, (many, _WARM + number * _COUNT)
            )
        filled = many_projects(folder / "filled", _FILLED, "filled")
        _compare("the next 1,000 projects, 1 at a time", targets, 1, (filled, 0), _FILLED // _TAKE)
        for number, jobs in enumerate((1, 4)):
            begin = _WARM + (2 + number) * _COUNT
            _compare(f"new projects into an index of 1,400, {jobs} at a time", targets, jobs, (many, begin))
        for number, jobs in enumerate((1, 4)):
            title = f"versions {number * _COUNT + 1} to {(number + 1) * _COUNT} of one project, {jobs} at a time"
            _compare(title, targets, jobs, (single, number * _COUNT))


def _targets(stack: ExitStack, folder: Path) -> list[Target]:
    targets = []
    for name, workers in (("ours", 0), ("ours, one worker", 1)):
        place = folder / f"workers-{workers}"
        place.mkdir()
        index = stack.enter_context(live_index(place, workers=workers, CHEESESHOP_ACCESS_LOG="no"))
        targets.append(ours(index, name))
    for peer in (devpi, pypiserver):
        try:
            targets.append(stack.enter_context(peer(folder)))
        except PeerMissing as missing:
            print(f"left out: {missing}")
    return targets


def _compare(title: str, targets: list[Target], jobs: int, wheels: tuple[Path, int], rounds: int = _ROUNDS) -> None:
    source, begin = wheels
    seen = {target.name: _Seen() for target in targets}
    for number in range(rounds):
        for target in targets if number % 2 == 0 else reversed(targets):
            one, process = seen[target.name], target.server.process if target.server else None
            before = processor_seconds(process) if process else 0.0
            done = send(target, jobs, source, begin + number * _TAKE, _TAKE)
            one.spent += (processor_seconds(process) if process else 0.0) - before
            one.wall += done.wall
            one.times += done.times
    own = seen[targets[0].name]
    head = ("server", "a second", "median ms", "99th ms", "processor ms", "ours / it")
    table(title, head, [_row(name, one, own) for name, one in seen.items()])


def _row(name: str, one: _Seen, own: _Seen) -> tuple[str, ...]:
    rate = len(one.times) / one.wall
    middle, worst = statistics.median(one.times), sorted(one.times)[int(len(one.times) * 0.99) - 1]
    return (
        name,
        f"{rate:.0f}",
        f"{middle * 1000:.1f}",
        f"{worst * 1000:.1f}",
        f"{one.spent / len(one.times) * 1000:.1f}",
        f"{len(own.times) / own.wall / rate:.2f}",
    )
