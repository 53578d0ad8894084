# SPDX-License-Identifier: Apache-2.0
"""What the processes of a server cost."""

import psutil

from bench.corpus import MEBI


def processor_seconds(process: psutil.Process) -> float:
    """Return the processor time of a process and its children, in seconds."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def memory(process: psutil.Process) -> float:
    """Return the memory of a process and its children in MiB; what they share is counted once (PSS)."""
    pieces = [one.memory_full_info().pss for one in (process, *process.children(recursive=True))]
    return float(sum(pieces)) / MEBI
