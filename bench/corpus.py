# SPDX-License-Identifier: Apache-2.0
"""Wheels to measure with. All are valid, and small unless they say otherwise."""

import random
from pathlib import Path

from tests.support.archives import build_wheel

MEBI = 1024 * 1024


def many_projects(folder: Path, count: int, prefix: str = "many") -> Path:
    """Write one wheel for each of ``count`` projects."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        _write(folder, f"{prefix}-{number:06}", "1.0")
    return folder


def one_project(folder: Path, name: str, count: int) -> Path:
    """Write ``count`` versions of one project, in an order that sorts as they are to be sent."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        _write(folder, name, f"1.{10000 + number}")
    return folder


def sized(folder: Path, name: str, size: int) -> Path:
    """Write a wheel that holds ``size`` bytes which do not compress."""
    folder.mkdir(parents=True, exist_ok=True)
    payload = random.Random(1).randbytes(size)
    return _write(folder, name, "1.0", {f"{name}/payload.bin": payload})


def _write(folder: Path, name: str, version: str, extra: dict[str, bytes] | None = None) -> Path:
    filename, content = build_wheel(name, version, extra=extra)
    path = folder / filename
    path.write_bytes(content)
    return path
