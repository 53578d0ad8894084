# SPDX-License-Identifier: Apache-2.0
"""Python code that hides what it does: encrypted by PyArmor or SourceDefender.

Nobody can review such code, and malware is what most often asks for it, so that public indexes refuse it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cheeseshop.distributions.limits import MIB

MAX_LOOKED_INTO: Final = 5 * MIB

_SIGNS: Final = {
    "PyArmor": re.compile(
        rb"^[ \t]*__pyarmor__[ \t]*\([ \t]*__name__[ \t]*,[ \t]*__file__[ \t]*,[ \t]*b?['\"]", re.MULTILINE
    ),
    "SourceDefender": re.compile(rb"\A\s{0,100}-{3,10}[ ]?BEGIN (?:PYE|SOURCEDEFENDER)[A-Z ]{0,20}-{3,10}"),
}


def is_looked_into(name: str, size: int) -> bool:
    """Tell whether a member is read for hidden code: Python files of at most 5 MiB."""
    return size <= MAX_LOOKED_INTO and name.endswith((".py", ".pye"))


class CodeWatch:
    """Looks into the Python files of an archive as they are read. `faults` names those that hide their code."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def through(self, name: str, size: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass a member's content on as it is, and look into it if it is a Python file."""
        if not is_looked_into(name, size):
            yield from pieces
            return
        kept = bytearray()
        for piece in pieces:
            kept += piece
            yield piece
        self.look(name, bytes(kept))

    def look(self, name: str, content: bytes) -> None:
        """Look into a Python file. Takes time linear in its length."""
        for tool, sign in _SIGNS.items():
            if sign.search(content):
                self.faults.append(f"{name!r} is encrypted by {tool}; code must be readable")
