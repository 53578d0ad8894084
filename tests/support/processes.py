# SPDX-License-Identifier: Apache-2.0
"""Servers in processes of their own, for tests."""

import subprocess
import time
from collections.abc import Callable


def wait_until(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Ask until it answers; tell whether it did, before the process ended and so many seconds were over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if answers():
            return True
        time.sleep(0.02)
    return False


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and make it if it does not."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
