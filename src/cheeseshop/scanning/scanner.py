# SPDX-License-Identifier: Apache-2.0
"""The parent's handle on the child that looks into files: started when it is needed, killed when it takes too long."""

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import IO, Any, Final, cast

from cheeseshop.distributions.limits import MIB
from cheeseshop.scanning.child import LOADING_SECONDS
from cheeseshop.scanning.findings import MOST_RULES, Finding, read_finding
from cheeseshop.scanning.looking import Wanted

_LONGEST_ANSWER: Final = 16 * MIB
_KEPT: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT")
_DIED: Final = "The process that looks into files died: out of memory, or by what it read."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a scan. ``reason`` says why the file was not looked into wholly; empty where it was."""

    findings: tuple[Finding, ...] = ()
    reason: str = ""
    problems: tuple[str, ...] = ()


class _Late(Exception):  # noqa: N818 - a state
    pass


class _Gone(Exception):  # noqa: N818 - a state
    pass


class Scanner:
    """Scans one file at a time. Use it from one thread; ``close`` ends the child."""

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self.process: subprocess.Popen[bytes] | None = None
        self._pending = b""

    def scan(self, wanted: Wanted) -> Outcome:
        """Look into a file. Whatever it does to the child, this returns within the limits of time."""
        for attempt in range(2):
            try:
                return self._exchange(wanted)
            except _Late:
                self.close()
                return Outcome(reason=f"It took longer than {wanted.seconds:.0f} seconds.")
            except (_Gone, BrokenPipeError):
                fresh, self_ended = attempt > 0, self.process is not None and self.process.poll() == 0
                self.close()
                if fresh or not self_ended:  # it goes by itself when it was idle; then it is only started again
                    return Outcome(reason=_DIED)
        return Outcome(reason=_DIED)

    def _exchange(self, wanted: Wanted) -> Outcome:
        process = self._running()
        requests = cast("IO[bytes]", process.stdin)
        requests.write(json.dumps(asdict(wanted)).encode() + b"\n")
        problems = self._answer(LOADING_SECONDS).get("problems")
        told = self._answer(wanted.seconds)
        raw, reason = told.get("findings"), told.get("reason")
        found = [read_finding(each) for each in raw[:MOST_RULES]] if isinstance(raw, list) else []
        return Outcome(
            tuple(each for each in found if each is not None),
            str(reason or "")[:500],
            tuple(str(each)[:1000] for each in problems) if isinstance(problems, list) else (),
        )

    def _running(self) -> "subprocess.Popen[bytes]":
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = subprocess.Popen(  # our own interpreter and module, with none of our secrets
                [sys.executable, "-B", "-m", "cheeseshop.scanning.child", str(self._memory_mb)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={key: value for key, value in os.environ.items() if key in _KEPT},
            )
        return self.process

    def _answer(self, seconds: float) -> dict[str, Any]:
        line = self._line(time.monotonic() + seconds)
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _Gone from error
        return told if isinstance(told, dict) else {}

    def _line(self, deadline: float) -> bytes:
        """Read until a line's end.

        Raises:
            _Late: when the time is over.
            _Gone: when the child ended, or says more than it should.
        """
        answers = cast("IO[bytes]", cast("subprocess.Popen[bytes]", self.process).stdout).fileno()
        poll = select.poll()  # select.select fails for descriptors above 1,023, and a server has many
        poll.register(answers, select.POLLIN)
        received = bytearray(self._pending)
        while b"\n" not in received:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise _Late
            piece = os.read(answers, 64 * 1024)
            received += piece
            if not piece or len(received) > _LONGEST_ANSWER:
                raise _Gone
        line, _, self._pending = bytes(received).partition(b"\n")
        return line

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._pending = b""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
