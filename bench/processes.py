# SPDX-License-Identifier: Apache-2.0
"""What the processes of a server cost."""

import time
from collections.abc import Sequence

import psutil

from bench.corpus import MEBI

_IDLE = 0.1  # seconds of processor time in two seconds


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time of a process and its children, in seconds."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def memory(process: psutil.Process) -> float:
    """Return the memory of a process and its children in MiB; what they share is counted once (PSS)."""
    pieces = [one.memory_full_info().pss for one in (process, *process.children(recursive=True))]
    return float(sum(pieces)) / MEBI


def settle(processes: Sequence[psutil.Process], seconds: float = 60) -> None:
    """Wait until servers are done with what follows an upload: scanning, indexing. After some time, go on anyway."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = sum(map(processor_seconds, processes))
        time.sleep(2)
        if sum(map(processor_seconds, processes)) - before < _IDLE:
            return
