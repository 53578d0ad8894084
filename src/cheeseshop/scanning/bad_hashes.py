# SPDX-License-Identifier: Apache-2.0
"""A list of digests of files that are known to be bad, one a line: SHA-256 in hex, then anything, such as a name."""

import re
from dataclasses import dataclass
from pathlib import Path

from cheeseshop.distributions.limits import MIB

_LARGEST = 256 * MIB
_LINE = re.compile(rb"([0-9a-fA-F]{64})(?:[\s,;].*)?")


@dataclass(frozen=True, slots=True)
class BadHashes:
    """The digests, and the numbers of the first lines that are none."""

    digests: frozenset[bytes]
    faults: tuple[int, ...] = ()

    def has(self, sha256: str) -> bool:
        """Tell whether a digest, in hex, is listed."""
        return bytes.fromhex(sha256) in self.digests


def read_bad_hashes(path: Path) -> BadHashes:
    """Read a list. Empty lines and those that begin with # are passed over.

    Raises:
        OSError: when it can't be read.
    """
    digests, faults = set(), []
    with path.open("rb") as file:
        for number, raw in enumerate(file.read(_LARGEST).splitlines(), 1):
            line = raw.strip()
            if not line or line.startswith(b"#"):
                continue
            if (found := _LINE.fullmatch(line)) is None:
                faults.append(number)
            else:
                digests.add(bytes.fromhex(found[1].decode()))
    return BadHashes(frozenset(digests), tuple(faults[:20]))
