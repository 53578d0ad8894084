# SPDX-License-Identifier: Apache-2.0
"""Requests a second of several servers, measured in turns.

A rate shows what a client sees; processor time a request is steadier on a machine that others use too.
"""

import re
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.processes import processor_seconds
from bench.report import table

_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """One address of one server. A slow one has fewer rounds: it has soon shown what it does.

    ``script`` is a Lua script that has wrk ask for other paths than that of the address.
    """

    name: str
    url: str
    process: psutil.Process
    accept: str = ""
    rounds: int = 5
    script: Path | None = None


@dataclass(frozen=True, slots=True)
class _Round:
    rate: float
    cost: float


class _Failed(Exception):  # noqa: N818 - a state
    """wrk saw an answer that was no success."""


def compare(title: str, subjects: list[Subject]) -> None:
    """Print the median rate and cost of each; the first is the one that the others are compared with."""
    seen: dict[str, list[_Round]] = {subject.name: [] for subject in subjects}
    broken: dict[str, str] = {}
    for number in range(max(subject.rounds for subject in subjects)):
        # Turned round every time, so that nobody always follows the same one.
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            if number >= subject.rounds or subject.name in broken:
                continue
            try:
                seen[subject.name].append(_wrk(subject))
            except _Failed as failure:
                broken[subject.name] = str(failure)
    ours = seen[subjects[0].name]
    rows = [_row(name, rounds, ours) for name, rounds in seen.items() if rounds and name not in broken]
    table(title, ("server", "a second", "spread", "processor us", "ours / it", "its cost / ours"), rows)
    for name, why in broken.items():
        print(f"  left out: {name}: {why}")


def _row(name: str, rounds: list[_Round], ours: list[_Round]) -> tuple[str, ...]:
    rates = [one.rate for one in rounds]
    rate = statistics.median(rates)
    cost, own = (statistics.median(one.cost for one in each) for each in (rounds, ours))
    # Each round is compared with the round of ours beside it, which the machine's moods met alike.
    ratio = statistics.median(mine.rate / its.rate for mine, its in zip(ours, rounds, strict=False))
    spread = (max(rates) - min(rates)) / rate
    return name, f"{rate:,.0f}", f"{spread:.0%}", f"{cost:,.1f}", f"{ratio:,.2f}", f"{cost / own:,.2f}"


def _wrk(subject: Subject) -> _Round:
    command = ["wrk", "-t1", "-c16", f"-d{_SECONDS}s", "--timeout", "20s"]
    if subject.accept:
        command += ["-H", f"Accept: {subject.accept}"]
    if subject.script:
        command += ["-s", str(subject.script)]
    before = processor_seconds(subject.process)
    done = subprocess.run([*command, subject.url], capture_output=True, text=True, check=True)
    spent = processor_seconds(subject.process) - before
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    count = re.search(r"(\d+) requests in", done.stdout)
    if rate is None or count is None or count[1] == "0" or "Non-2xx" in done.stdout:
        raise _Failed(" ".join(done.stdout.split()))
    return _Round(float(rate[1]), spent / int(count[1]) * 1e6)
