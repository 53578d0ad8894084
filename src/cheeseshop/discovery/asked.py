# SPDX-License-Identifier: Apache-2.0
"""What somebody typed, taken apart: words, and phrases in quotes."""

import re
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from cheeseshop.discovery.words import STOP_WORDS, plain_words, stem

LONGEST = 1000
MOST_TERMS = 12
"""Further words are not looked at: each costs time, and nobody types so many."""

_PIECE = re.compile(r'"([^"]*)"|([^\s"]+)')
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. Each term is one word or a phrase; every one of them must be found.

    ``names`` are the project names that the question may be, as they are normalised; ``prefix`` is what a name
    begins with if it is still being typed, or empty.
    """

    text: str
    terms: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for at all."""
        return not self.text


def read(text: str) -> Asked:
    """Take a question apart. Anything can be asked; what holds no words finds nothing."""
    text = text.strip()[:LONGEST]
    pieces = [(quoted, plain) for quoted, plain in _PIECE.findall(text)]
    parts = [(bool(quoted), list(plain_words(quoted or plain))) for quoted, plain in pieces]
    every = [word for _, found in parts for word in found]
    telling = [word for word in every if word not in STOP_WORDS]
    terms: list[tuple[str, ...]] = []
    for is_phrase, found in parts:
        kept = [stem(word) for word in found if word not in STOP_WORDS or not telling]
        terms += [tuple(kept)] if is_phrase and kept else [(word,) for word in kept]
    names = _names(text, every)
    return Asked(text, tuple(dict.fromkeys(terms))[:MOST_TERMS], names, names[0] if names else "")


def _names(text: str, plain: list[str]) -> tuple[str, ...]:
    """Return the names that a question may be: as typed, its words joined by hyphens, its words as one."""
    typed = canonicalize_name(re.sub(r"\s+", "-", text.strip('"')))
    found = dict.fromkeys((typed, "-".join(plain), "".join(plain)))
    return tuple(name for name in found if len(name) <= 200 and _NAME.fullmatch(name))  # noqa: PLR2004 - as names are
