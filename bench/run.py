# SPDX-License-Identifier: Apache-2.0
"""Print our speed beside the peers' from one run: ``python -m bench.run [PART …] [--projects N]``.

The parts are reads, downloads, uploads, flatness, footprint, manage, admin and search; the number is of searched
projects. Peers are installed below ``bench/work`` the first time.
"""

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import admin, downloads, flatness, footprint, manage, reads, search, uploads
from bench.peers import WORK

_PARTS: dict[str, tuple[Callable[[Path], None], int]] = {
    "reads": (reads.measure, 6),
    "downloads": (downloads.measure, 7),
    "uploads": (uploads.measure, 4),
    "flatness": (flatness.measure, 5),
    "footprint": (footprint.measure, 2),
    "manage": (manage.measure, 1),
    "admin": (admin.measure, 3),
    "search": (search.measure, 3),
}


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(description="Print our speed beside the peers'.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(_PARTS))
    parser.add_argument("--projects", type=int, default=search.PROJECTS, help="how many are searched")
    options = parser.parse_args()
    _PARTS["search"] = (search.part(options.projects), 3 + options.projects // 150_000)
    chosen = options.parts or list(_PARTS)
    unknown = sorted(set(chosen) - set(_PARTS))
    if unknown:
        sys.exit(f"There is no {unknown[0]!r}; there are: {', '.join(_PARTS)}.")
    # Otherwise a SIGTERM would end this process and leave the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    WORK.mkdir(exist_ok=True)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} processors, Python {platform.python_version()}, load before: {load}")
    print(f"{', '.join(chosen)}: about {sum(_PARTS[part][1] for part in chosen)} minutes", flush=True)
    for part in chosen:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            Path(folder).chmod(0o755)  # nginx reads as nobody
            _PARTS[part][0](Path(folder))
        print(f"({part}: {(time.monotonic() - began) / 60:.1f} minutes)\n", flush=True)


if __name__ == "__main__":
    main()
