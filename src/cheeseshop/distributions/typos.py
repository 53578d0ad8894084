# SPDX-License-Identifier: Apache-2.0
"""Names that are one slip of the hand, or of the eye, away from a well-known one.

Five tests, each on normalised names: a repeated character, a character left out, two that changed places, words in
another order, and a character that stands beside the right one on the keyboard or looks like it. What they find is
told to administrators; nothing is refused.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_SHORTEST_FOR_INSERTION = 4
_WORDS = range(2, 9)
_ROWS = ("1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOKS = ("0o", "1l", "1i", "il", "ij", "2z", "3e", "4a", "5s", "6b", "6g", "7t", "8b", "9g", "uv", "nm", "ce")
_LOOKS_IN_PAIRS = (("rn", "m"), ("nn", "m"), ("vv", "w"), ("cl", "d"))


class Near(NamedTuple):
    """A well-known name that another is close to, and the test that found it."""

    name: str
    test: str


def _neighbours() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {character: set() for character in _CHARACTERS}

    def join(one: str, other: str) -> None:
        found[one].add(other)
        found[other].add(one)

    for row in _ROWS:
        for one, other in pairwise(row):
            join(one, other)
    for upper, lower in pairwise(_ROWS):  # a key touches two of the row above it
        for at, key in enumerate(lower):
            for above in upper[at : at + 2]:
                join(key, above)
    for pair in _LOOKS:
        join(pair[0], pair[1])
    return {character: frozenset(others) for character, others in found.items()}


_NEIGHBOURS = _neighbours()


def _repeated(name: str) -> Iterator[str]:
    """Names with one of two equal characters in a row removed."""
    for at, (one, other) in enumerate(pairwise(name)):
        if one == other:
            yield name[:at] + name[at + 1 :]


def _one_less(name: str) -> Iterator[str]:
    """Names with any one character left out."""
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]


def _swapped(name: str) -> Iterator[str]:
    """Names with two neighbours changed."""
    for at, (one, other) in enumerate(pairwise(name)):
        if one != other:
            yield name[:at] + other + one + name[at + 2 :]


def _substituted(name: str) -> Iterator[str]:
    """Names with one character replaced by one that is beside it on the keyboard, or looks like it."""
    for at, character in enumerate(name):
        for other in _NEIGHBOURS.get(character, ()):
            yield name[:at] + other + name[at + 1 :]
    for pair, single in _LOOKS_IN_PAIRS:
        for wrong, right in ((pair, single), (single, pair)):
            at = name.find(wrong)
            while at >= 0:
                yield name[:at] + right + name[at + len(wrong) :]
                at = name.find(wrong, at + 1)


_TESTS: tuple[tuple[str, Callable[[str], Iterator[str]]], ...] = (
    ("repeated character", _repeated),
    ("swapped characters", _swapped),
    ("substituted character", _substituted),
)


@dataclass(frozen=True)
class Corpus:
    """The well-known names that others are compared with, normalised."""

    names: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Corpus":
        """Return a corpus of these names."""
        return cls(frozenset(names))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.names), default=0)

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], str]:
        return {_words(name): name for name in sorted(self.names) if name.count("-") + 1 in _WORDS}

    @cached_property
    def _incomplete(self) -> dict[str, str]:
        """What is left of each name without one of its characters: trying every character in a name takes longer."""
        return {less: name for name in sorted(self.names, reverse=True) for less in _one_less(name)}

    def nearest(self, name: str) -> Near | None:
        """Return a name of the corpus that ``name`` could be mistaken for, or None. A name is not near itself."""
        if name in self.names:
            return None
        if name.count("-") + 1 in _WORDS and (other := self._by_words.get(_words(name))):
            return Near(other, "words in another order")
        if len(name) >= _SHORTEST_FOR_INSERTION and (other := self._incomplete.get(name)):
            return Near(other, "character left out")
        if len(name) > self._longest + 1:
            return None  # no test makes a name more than one character shorter
        for test, variants in _TESTS:
            for variant in variants(name):
                if variant in self.names:
                    return Near(variant, test)
        return None


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(name.split("-")))
