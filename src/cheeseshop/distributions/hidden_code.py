# SPDX-License-Identifier: Apache-2.0
"""Python code that hides what it does: encrypted by PyArmor or SourceDefender.

Nobody can review such code, and malware is what most often asks for it, so that public indexes refuse it.
"""

import re
from typing import Final

from cheeseshop.distributions.limits import MIB

MAX_LOOKED_INTO: Final = 5 * MIB

_PYARMOR = re.compile(
    rb"^[ \t]*__pyarmor__[ \t]*\([ \t]*__name__[ \t]*,[ \t]*__file__[ \t]*,[ \t]*b?['\"]", re.MULTILINE
)
_SOURCEDEFENDER = re.compile(rb"\A\s{0,100}-{3,10}[ ]?BEGIN (?:PYE|SOURCEDEFENDER)[A-Z ]{0,20}-{3,10}")


def is_looked_into(name: str, size: int) -> bool:
    """Tell whether a member is read for hidden code: Python files of at most 5 MiB."""
    return size <= MAX_LOOKED_INTO and name.endswith((".py", ".pye"))


def hidden_code_fault(name: str, content: bytes) -> str | None:
    """Return what is wrong with a Python file that hides its code, or None. Takes time linear in its length."""
    if _PYARMOR.search(content):
        return f"{name!r} is encrypted by PyArmor; code must be readable"
    if _SOURCEDEFENDER.search(content):
        return f"{name!r} is encrypted by SourceDefender; code must be readable"
    return None
