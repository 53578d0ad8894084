# SPDX-License-Identifier: Apache-2.0
"""A child process that renders descriptions, one at a time, and can be killed.

Run as a module it is the child: it reads requests from standard input and writes answers to standard output, each a
four-byte length and JSON, until the input ends or nobody has asked for some minutes.
"""

import json
import os
import resource
import select
import struct
import subprocess
import sys
import time
from typing import IO, Any, Final, cast

from cheeseshop.distributions.limits import GIB, MIB

TIME_LIMIT: Final = 15.0
_MEMORY_LIMIT: Final = 2 * GIB
_MAX_ANSWER: Final = 64 * MIB
_IDLE: Final = 300.0
_LENGTH: Final = struct.Struct("!I")


class RenderingAborted(Exception):  # noqa: N818 - named for what it means to the caller
    """The child took too long, or died."""


class _ChildGone(RenderingAborted):
    """The child ended before it answered."""


class RenderChild:
    """The parent's handle; started by the first call. Callers take turns by a lock of their own."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def render(self, text: str, kind: str, variant: str, *, time_limit: float = TIME_LIMIT) -> str | None:
        """Return sanitised HTML, or None where the text does not render.

        :raises RenderingAborted: it took longer than `time_limit` seconds, or more memory than allowed.
        """
        request = json.dumps([text, kind, variant]).encode()
        for attempt in range(2):
            process = self._running(restart=attempt > 0)
            try:
                return _exchange(process, request, time_limit)
            except (BrokenPipeError, _ChildGone):
                continue  # It may have gone for idleness just now.
            except RenderingAborted:
                self.close()
                raise
        self.close()
        raise RenderingAborted

    def _running(self, *, restart: bool) -> "subprocess.Popen[bytes]":
        if self.process is None or restart or self.process.poll() is not None:
            self.close()
            self.process = subprocess.Popen(  # our own interpreter and module
                [sys.executable, "-m", "cheeseshop.distributions.render_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        return self.process

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, time_limit: float) -> str | None:
    requests, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout).fileno()
    deadline = time.monotonic() + time_limit
    with memoryview(_LENGTH.pack(len(request)) + request) as pending:
        sent = 0
        while sent < len(pending):
            sent += requests.write(pending[sent:]) or 0
    (length,) = _LENGTH.unpack(_read(answers, _LENGTH.size, deadline))
    if length > _MAX_ANSWER:
        raise RenderingAborted
    html = json.loads(_read(answers, length, deadline))
    return str(html) if html is not None else None


def _read(descriptor: int, size: int, deadline: float) -> bytes:
    received = bytearray()
    # Not `select.select`, which fails for descriptors above 1,023, and a server has many connections.
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while len(received) < size:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise RenderingAborted
        piece = os.read(descriptor, size - len(received))
        if not piece:
            raise _ChildGone
        received += piece
    return bytes(received)


def _serve() -> None:
    """Answer requests until the parent goes away or has been silent for long."""
    from cheeseshop.distributions.markup import render_markup  # noqa: PLC0415 - not for the parent

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    os.nice(5)  # Whoever reads pages goes first.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Nothing that a renderer prints mixes with the answers.
    while select.select([0], [], [], _IDLE)[0]:
        head = sys.stdin.buffer.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return
        request: list[Any] = json.loads(sys.stdin.buffer.read(*_LENGTH.unpack(head)))
        try:
            html = render_markup(*request)
        except Exception:  # noqa: BLE001 - whatever a hostile text provokes, it does not render
            html = None
        answer = json.dumps(html).encode()
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    _serve()
