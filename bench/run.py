# SPDX-License-Identifier: Apache-2.0
"""Print our speed beside the peers' from one run: ``python -m bench.run [reads] [uploads] [flatness] [footprint]``.

All four take about twenty minutes. Peers are installed below ``bench/work`` the first time.
"""

import sys
import tempfile
from pathlib import Path

from bench import flatness, footprint, reads, uploads
from bench.peers import WORK

_PARTS = {
    "reads": reads.measure,
    "uploads": uploads.measure,
    "flatness": flatness.measure,
    "footprint": footprint.measure,
}


def main() -> None:
    """Measure the parts that are named, or all."""
    chosen = sys.argv[1:] or list(_PARTS)
    unknown = sorted(set(chosen) - set(_PARTS))
    if unknown:
        sys.exit(f"There is no {unknown[0]!r}; there are: {', '.join(_PARTS)}.")
    WORK.mkdir(exist_ok=True)
    for part in chosen:
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            Path(folder).chmod(0o755)  # nginx reads as nobody
            _PARTS[part](Path(folder))


if __name__ == "__main__":
    main()
