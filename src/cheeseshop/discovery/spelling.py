# SPDX-License-Identifier: Apache-2.0
"""Names that are close to what was typed.

Each name is kept by digests of itself and of itself with one letter left out; what was typed is looked up by digests of
itself with up to two letters left out. Names that share one are at most three slips apart, and few; they are compared.
Hyphens count for nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations

from rapidfuzz.distance import OSA

from cheeseshop import sql

LONGEST_NAME = 40
_LONGEST_FOR_TWO = 20
_SHORTEST = 3
_SHORTEST_FOR_TWO = 6
_MOST_NAMES = 1000


def note_name(normalized_name: str) -> None:
    """Keep a project's name by its digests. Part of a transaction."""
    rows = spellings(normalized_name)
    if not rows or sql.first("SELECT 1 FROM discovery_spelling WHERE key = %s AND name = %s", *rows[0]) is not None:
        return
    places = ", ".join(["(%s, %s)"] * len(rows))
    statement = f"INSERT INTO discovery_spelling (key, name) VALUES {places} ON CONFLICT DO NOTHING"  # noqa: S608 - ours
    sql.run(statement, *(value for row in rows for value in row))


def forget_name(normalized_name: str) -> None:
    """Forget a name. Part of a transaction."""
    sql.run("DELETE FROM discovery_spelling WHERE name = %s", normalized_name)


def spellings(normalized_name: str) -> list[tuple[int, str]]:
    """Return the rows that a name is kept by; none of names that are too short or too long to be mistyped."""
    if not _SHORTEST <= len(normalized_name) <= LONGEST_NAME:
        return []
    letters = _letters(normalized_name)
    keys = dict.fromkeys(_digest(each) for each in (letters, *_without(letters, 1)))
    return [(key, normalized_name) for key in keys]


def close_names(typed: str) -> list[tuple[int, str]]:
    """Return names of projects that are a slip or two from what was typed, each after its distance, nearest first."""
    letters = _letters(typed)
    if not _SHORTEST <= len(letters) <= LONGEST_NAME:
        return []
    depths = (1, 2) if len(letters) <= _LONGEST_FOR_TWO else (1,)
    variants = {letters, *(each for depth in depths for each in _without(letters, depth))}
    names = _names_of([_digest(each) for each in variants])
    furthest = 2 if len(letters) >= _SHORTEST_FOR_TWO else 1
    distances = ((OSA.distance(letters, _letters(name), score_cutoff=furthest), name) for name in names)
    return sorted(each for each in distances if each[0] <= furthest)


def _letters(name: str) -> str:
    return name.replace("-", "")


def _names_of(keys: Sequence[int]) -> list[str]:
    marks = ", ".join(["%s"] * len(keys))
    statement = f"SELECT DISTINCT name FROM discovery_spelling WHERE key IN ({marks}) LIMIT %s"  # noqa: S608 - ours
    return [row[0] for row in sql.every(statement, *keys, _MOST_NAMES)]


def _without(text: str, count: int) -> Iterator[str]:
    """Yield the text with ``count`` characters left out."""
    for kept in combinations(text, len(text) - count):
        yield "".join(kept)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
