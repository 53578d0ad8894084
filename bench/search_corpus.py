# SPDX-License-Identifier: Apache-2.0
"""Synthetic projects shaped like a public index's: few words in most texts, few downloads of most projects."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from trove_classifiers import sorted_classifiers

from cheeseshop.discovery import classes
from cheeseshop.discovery.documents import Indexed
from cheeseshop.discovery.words import name_words, stem

_WORDS = 60_000
_OPENINGS = ("b", "br", "c", "d", "f", "g", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "v", "z")
_SYLLABLES = [a + b for a in _OPENINGS for b in ("a", "e", "i", "o", "u", "an", "er", "in", "or", "ul")]
_FIRST = datetime(2012, 1, 1, tzinfo=UTC)
_DAYS = 13 * 365
_STOCK = 5_000_000  # words that texts are cut from: to draw each word anew took half of the time


@dataclass(frozen=True, slots=True)
class Corpus:
    """Words by frequency, as they are indexed, and the projects that are made of them."""

    words: list[str]
    seed: random.Random

    def projects(self, count: int) -> Iterator[Indexed]:
        """Yield projects with all that an index holds of them. Names and places are each there once."""
        seed, words = self.seed, self.words
        weights = list(accumulate(1 / (rank + 2.7) ** 1.02 for rank in range(len(words))))
        groups = list(accumulate(1 / (rank + 1) for rank in range(len(sorted_classifiers))))
        shuffled = seed.sample(sorted_classifiers, len(sorted_classifiers))
        names: set[str] = set()
        stock = seed.choices(words, cum_weights=weights, k=_STOCK)
        for number in range(count):
            head = seed.choices(words, cum_weights=weights, k=int(min(40, seed.lognormvariate(2.2, 0.6))) + 1)
            at, length = seed.randrange(_STOCK - 600), int(min(600, seed.lognormvariate(4.6, 1.1)))
            body = stock[at : at + length]
            name = self._name(names)
            released_at = _FIRST + timedelta(days=_DAYS * math.sqrt(seed.random()), microseconds=number)
            created_at = released_at - timedelta(days=seed.expovariate(1 / 400))
            yield Indexed(
                project=_identity(seed, created_at),
                release=_identity(seed, released_at),
                name=name,
                normalized_name=name,
                version=f"{seed.randint(0, 5)}.{seed.randint(0, 20)}.{seed.randint(0, 9)}",
                summary=" ".join(head),
                released_at=released_at,
                downloads=int(seed.paretovariate(0.6) * 10),
                name_words=tuple(name_words(name)),
                head=tuple(head),
                body=tuple(body),
                classes=tuple(classes.keys_of(seed.choices(shuffled, cum_weights=groups, k=seed.randint(0, 9)))),
            )

    def _name(self, names: set[str]) -> str:
        """Names are made of common words, of rare ones and of words of their own."""
        seed = self.seed
        while True:
            rank = int(math.exp(seed.random() * math.log(len(self.words)))) - 1
            parts = [self.words[rank], *(_word(seed, 2) for _ in range(seed.choice((0, 1, 1, 2))))]
            seed.shuffle(parts)
            name = "-".join(parts) + ("" if seed.random() < 0.9 else str(seed.randint(2, 99)))
            if name not in names:
                names.add(name)
                return name


def make_corpus(seed: int = 1) -> Corpus:
    """Make words, most frequent first: they get longer as they get rarer."""
    source = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < _WORDS:
        found[stem(_word(source, 1 + len(found).bit_length() // 6))] = None
    return Corpus(list(found), source)


def _identity(source: random.Random, at: datetime) -> UUID:
    """Make an identity that begins with the time, as those of real rows do."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | source.getrandbits(80))


def _word(source: random.Random, syllables: int) -> str:
    return "".join(source.choices(_SYLLABLES, k=syllables + source.randint(0, 1)))
