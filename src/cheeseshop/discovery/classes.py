# SPDX-License-Identifier: Apache-2.0
"""Classifiers as the index knows them: a key for each, and one for everything above it."""

import hashlib
from functools import lru_cache

from trove_classifiers import sorted_classifiers

_PARTS = " :: "


@lru_cache(maxsize=4096)
def key(classifier: str) -> str:
    """Return what stands for a classifier, and for everything below it, in the index."""
    return "k" + hashlib.blake2b(classifier.encode("utf-8", "replace"), digest_size=6).hexdigest()


@lru_cache(maxsize=4096)
def exact_key(classifier: str) -> str:
    """Return what stands for a classifier itself, without what is below it."""
    return "e" + key(classifier)


def ancestors(classifier: str) -> list[str]:
    """Return a classifier and everything above it, highest first."""
    parts = classifier.split(_PARTS)
    return [_PARTS.join(parts[: count + 1]) for count in range(len(parts))]


def keys_of(classifiers: list[str]) -> list[str]:
    """Return the keys of a release's classifiers, and of everything above them."""
    above = {key(each) for classifier in classifiers for each in ancestors(classifier)}
    return sorted(above) + sorted(exact_key(each) for each in set(classifiers))


@lru_cache(maxsize=1)
def known() -> dict[str, str]:
    """Return every classifier, and every group of them, by its key: in the order that they are listed."""
    return {key(each): each for classifier in sorted_classifiers for each in ancestors(classifier)}
