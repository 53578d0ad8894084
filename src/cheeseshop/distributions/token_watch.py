# SPDX-License-Identifier: Apache-2.0
"""API tokens that somebody forgot in a file: text of their shape, found while the file is read anyway.

What is found is only shaped like a token; whether it is one of this index's is for others to ask.
"""

import re
from dataclasses import dataclass
from typing import Final

# Every token begins so: the prefix that scanners know, then a macaroon's first bytes (version 2 and a packet's kind).
# It is long enough that few files hold it, and so costs no more than one pass at the speed of memory.
SIGN: Final = b"pypi-Ag"
LONGEST_TOKEN: Final = 16 * 1024
_SHORTEST: Final = 60  # an identifier and a signature alone are longer in base64
_MOST_SIGNS: Final = 10_000
_MOST_FOUND: Final = 100
_WHOLE: Final = re.compile(rb"pypi-[A-Za-z0-9_-]{0,%d}" % LONGEST_TOKEN)
_OVERLAP: Final = len(SIGN) - 1


@dataclass(frozen=True, slots=True)
class TokenText:
    """Text that is shaped like a token, and the member of the archive that holds it."""

    text: str
    member: str


class TokenWatch:
    """Looks through members of an archive as they are read, in pieces of any size. `found` is what it saw.

    It stops looking after ten thousand signs, and keeps `most` tokens: a file made of them has nothing to protect.
    """

    def __init__(self, most: int = _MOST_FOUND) -> None:
        self.found: list[TokenText] = []
        self._most = most
        self._seen: set[bytes] = set()
        self._signs = 0
        self._member = ""
        self._open = b""
        """A token that the last piece ended in, or the last few bytes, which may begin a sign."""

    def begin(self, member: str) -> None:
        """Begin the next member: nothing goes on from the one before."""
        self.end()
        self._member = member

    def feed(self, piece: bytes) -> None:
        """Look through the next piece of the member."""
        if self._open:
            if len(self._open) > _OVERLAP or SIGN in self._open + piece[:_OVERLAP]:
                piece = self._open + piece
            elif len(piece) < _OVERLAP:
                piece = self._open[len(piece) - _OVERLAP :] + piece
        self._open = b""
        at = piece.find(SIGN)
        if at < 0 or self._signs > _MOST_SIGNS:
            self._open = piece[-_OVERLAP:]
        else:
            self._take(piece, at)

    def end(self) -> None:
        """End the member, and with it a token that its last bytes are."""
        if len(self._open) > _OVERLAP:
            self._note(self._open)
        self._open = b""

    def _take(self, piece: bytes, at: int) -> None:
        while at >= 0 and self._signs <= _MOST_SIGNS:
            self._signs += 1
            whole = _WHOLE.match(piece, at)
            end = len(piece) if whole is None else whole.end()
            if end == len(piece) and end - at < LONGEST_TOKEN:
                self._open = piece[at:]  # it may go on in the next piece
                return
            self._note(piece[at:end])
            at = piece.find(SIGN, end)
        self._open = piece[-_OVERLAP:]

    def _note(self, token: bytes) -> None:
        if _SHORTEST <= len(token) <= LONGEST_TOKEN and token not in self._seen and len(self.found) < self._most:
            self._seen.add(token)
            self.found.append(TokenText(token.decode("ascii"), self._member))
