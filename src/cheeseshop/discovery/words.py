# SPDX-License-Identifier: Apache-2.0
"""Text as words that are compared: without case, accents and endings. Both engines index and look for the same."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

LONGEST_WORD = 40
_UNTELLING = (
    "a an and are as at be by can for from has have if in into is it its not of on or so that the this to was we will"
    " with you your"
)
STOP_WORDS = frozenset(_UNTELLING.split())
"""Words that say nothing in a sentence. Names keep them."""

_WORD = re.compile(r"[^\W_]+")
_ACCENT = re.compile("[\u0300-\u036f]")
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+)")
_SHORTEST_STEMMED = 4

_stemmer = snowballstemmer.stemmer("english")
_lock = threading.Lock()  # a stemmer remembers the word that it works on


def plain_words(text: str) -> Iterator[str]:
    """Yield the words of a text as they are written, without case and accents.

    Scripts that part no words yield every two neighbouring characters.
    """
    if text.isascii():
        yield from (word[:LONGEST_WORD] for word in _WORD.findall(text.lower()))
        return
    folded = unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold())))
    for word in _WORD.findall(folded):
        for part in _UNSPACED.split(word):
            if part and _UNSPACED.fullmatch(part) and len(part) > 1:
                yield from (part[at : at + 2] for at in range(min(len(part), 200) - 1))
            elif part:
                yield part[:LONGEST_WORD]


def words(text: str, limit: int) -> list[str]:
    """Return at most ``limit`` words of a sentence, stemmed and without stop words."""
    found: list[str] = []
    for word in plain_words(text):
        if word not in STOP_WORDS:
            found.append(stem(word))
            if len(found) == limit:
                break
    return found


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return an English word without its ending; others as they are."""
    if len(word) < _SHORTEST_STEMMED or not word.isascii() or not word.isalpha():
        return word
    with _lock:
        return str(_stemmer.stemWord(word))


def name_words(normalized_name: str) -> list[str]:
    """Return the words of a project's name, and the name as one word where it has several."""
    parts = normalized_name.split("-")
    found = [stem(part[:LONGEST_WORD]) for part in parts]
    return [*found, stem("".join(parts)[:LONGEST_WORD])] if len(parts) > 1 else found
