# SPDX-License-Identifier: Apache-2.0
"""Sizes in bytes, as people write and read them: binary units, of which KB, MB and GB are other names here."""

import re

from cheeseshop.core.errors import Refusal

MIB = 1024**2
GIB = 1024**3
TIB = 1024**4
_UNITS = {"": 1, "B": 1, "K": 1024, "M": MIB, "G": GIB, "T": TIB}
_SIZE = re.compile(r"(?P<number>[0-9]{1,15})\s*(?P<unit>[BKMGT]?)(?:I?B)?", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Return the bytes of a size such as ``200MiB``, ``20 GB`` or ``1048576``.

    Raises:
        Refusal: for anything else.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise Refusal(f"{text!r} is no size: write bytes, or a whole number with KiB, MiB, GiB or TiB, such as 200MiB.")
    return int(found["number"]) * _UNITS[found["unit"].upper()]


def in_unit(size: int, unit: int) -> str:
    """Write a size in a unit, with decimals only where they tell something."""
    amount = size / unit
    return f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"


def in_words(size: int) -> str:
    """Write a size in the largest unit that it has one of."""
    for unit, name in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (1024, "KiB")):
        if size >= unit:
            return f"{in_unit(size, unit)} {name}"
    return f"{size} bytes"
