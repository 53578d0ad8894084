# SPDX-License-Identifier: Apache-2.0
"""Where the edge reads from and spools to."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EdgePaths:
    """Folders of one instance."""

    pages: Path
    public: Path
    spool: Path
    staged: Path | None = None
