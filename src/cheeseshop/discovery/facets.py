# SPDX-License-Identifier: Apache-2.0
"""How results divide: the tree of classifiers, with how many projects of the results each branch holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from trove_classifiers import sorted_classifiers

from cheeseshop.discovery import classes

_PARTS = " :: "
_MOST_BRANCHES = 30  # of one group, the ones with the most projects
_ORDER = ("Framework", "Topic", "Development Status", "License", "Programming Language", "Operating System")


@dataclass(frozen=True, slots=True)
class Branch:
    """A classifier that results can be narrowed by. ``depth`` counts from its group."""

    classifier: str
    label: str
    depth: int
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The classifiers below one heading."""

    title: str
    branches: list[Branch]

    @property
    def chosen(self) -> bool:
        """Whether any of them is chosen."""
        return any(branch.chosen for branch in self.branches)


def groups(counts: Counter[str], chosen: tuple[str, ...]) -> list[Group]:
    """Return the classifiers that the results have, and those that were chosen, by group."""
    known = classes.known()
    by_group: dict[str, list[Branch]] = {}
    shown = {known[key] for key in counts if key in known} | {each for each in chosen if classes.key(each) in known}
    for classifier in shown:
        title, *rest = classifier.split(_PARTS)
        if rest:
            count = counts[classes.key(classifier)]
            branch = Branch(classifier, rest[-1], len(rest), count, classifier in chosen)
            by_group.setdefault(title, []).append(branch)
    return [Group(title, _kept(by_group[title])) for title in sorted(by_group, key=_place)]


def _place(title: str) -> tuple[int, str]:
    return (_ORDER.index(title) if title in _ORDER else len(_ORDER), title)


def _kept(branches: list[Branch]) -> list[Branch]:
    """Keep the fullest branches with all that is above them, in the order of the tree."""
    fullest = sorted(branches, key=lambda each: (not each.chosen, -each.count))[:_MOST_BRANCHES]
    wanted = set(_with_above(fullest))
    return sorted((each for each in branches if each.classifier in wanted), key=lambda each: each.classifier)


def _with_above(branches: list[Branch]) -> Iterator[str]:
    for branch in branches:
        yield from classes.ancestors(branch.classifier)


def catalogue(typed: str) -> list[Group]:
    """Return every classifier that may be used and has all the words that were typed, by group, in their own order."""
    words = typed.casefold().split()
    found = [each for each in sorted_classifiers if all(word in each.casefold() for word in words)]
    return [
        Group(title, [Branch(each, each.partition(_PARTS)[2], each.count(_PARTS), 0, chosen=False) for each in members])
        for title, members in groupby(found, key=lambda each: each.partition(_PARTS)[0])
    ]
