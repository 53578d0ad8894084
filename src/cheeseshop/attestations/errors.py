# SPDX-License-Identifier: Apache-2.0
"""Why attestations are refused."""

from cheeseshop.core.errors import Refusal

_LONGEST = 400


class InvalidAttestations(Refusal):
    """What an upload attests is not so, or can't be read. The reason may quote the upload, and is made printable."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid attestations supplied during upload: {printable(reason, _LONGEST)}")


def printable(text: str, longest: int) -> str:
    """Return text of a stranger's as one bounded line without control characters."""
    line = " ".join(text[: 4 * longest].split())
    shown = "".join(each if each.isprintable() else "\ufffd" for each in line)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
