# SPDX-License-Identifier: Apache-2.0
"""Versions in an order that a database understands."""

from packaging.version import Version

_LOWEST, _SOME, _HIGHEST = b"\x00", b"\x01", b"\xff"
_END = b"\x00"


def sort_key(version: Version) -> bytes:
    """Return bytes that compare as PEP 440 compares versions, so that an index can hold the order.

    Each number is written as its length and then its digits to base 256; a part that is absent sorts where PEP 440
    puts it: a development release before everything, a final release after its pre-releases.
    """
    release = list(version.release)
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    return b"".join(
        (
            _number(version.epoch),
            *(_number(part) for part in release),
            _END,
            _pre(version),
            _LOWEST if version.post is None else _SOME + _number(version.post),
            _HIGHEST if version.dev is None else _SOME + _number(version.dev),
            _local(version.local),
        )
    )


def _number(value: int) -> bytes:
    digits = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    return bytes((len(digits),)) + digits


def _pre(version: Version) -> bytes:
    if version.pre is not None:
        letter, number = version.pre
        return _SOME + letter[0].encode("ascii") + _number(number)
    return _LOWEST if version.post is None and version.dev is not None else _HIGHEST


def _local(local: str | None) -> bytes:
    if local is None:
        return _LOWEST
    parts = (
        b"\x02" + _number(int(part)) if part.isdigit() else b"\x01" + part.encode("ascii") + _END
        for part in local.split(".")
    )
    return _SOME + b"".join(parts) + _END
