# SPDX-License-Identifier: Apache-2.0
"""Searching: what is found, in which order, how it divides, and what may have been meant.

Names come first, from an ordinary index: those that are the question, and those that begin with it. Then documents with
all the words: at most ``MOST`` candidates, the most popular ones, are ranked. Close names are looked for only when
nothing was found. Whether anybody may see a project is asked of its own row, at each of these steps.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing
from cheeseshop.discovery import classes
from cheeseshop.discovery.asked import Asked, read
from cheeseshop.discovery.documents import LIVE_RELEASE, level_at, moment_at
from cheeseshop.discovery.engines import Engine, Found, Question, engine
from cheeseshop.discovery.engines.base import FOUND
from cheeseshop.discovery.spelling import close_names

MOST = 1000
"""How many projects one search ranks and counts; of more it says so."""

PAGE = 20
NEWEST = "-created"
ORDERS = ("", NEWEST)
MOST_CLASSIFIERS = 20

_MOST_PREFIXED = 100
_MOST_SUGGESTED = 5
_MOST_CLOSE = 200
_EXACT, _PREFIXED = 1000.0, 20.0
_FRESH = 2.0
_YEAR = 365.25 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. Of several classifiers a project has all, or something below each."""

    text: str = ""
    classifiers: tuple[str, ...] = ()
    order: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A project that was found. Version and summary are empty while its best release is being replaced."""

    name: str
    normalized_name: str
    version: str
    summary: str
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Results:
    """All that was found: places in order, whether there is more than was looked at, and projects by classifier key."""

    places: list[int] = field(default_factory=list)
    more: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many projects were found, at most ``MOST``."""
        return len(self.places)


def search(wanted: Search) -> Results:
    """Find projects, and put them in order."""
    index, asked = engine(), read(wanted.text)
    keys = tuple(classes.key(each) for each in wanted.classifiers[:MOST_CLASSIFIERS])
    scored = _scored(index, asked, keys, by_date=wanted.order == NEWEST)
    if wanted.order == NEWEST:
        ordered = sorted(scored, key=lambda place: -moment_at(place))
    elif asked.is_empty:
        ordered = sorted(scored)
    else:
        present = now().timestamp()
        ordered = sorted(scored, key=lambda place: (-_rank(place, scored[place][1], present), place))
    kept = ordered[:MOST]
    counts: Counter[str] = Counter()
    for place in kept:
        counts.update(scored[place][0].split())
    return Results(kept, len(ordered) > MOST, counts)


def _scored(index: Engine, asked: Asked, keys: tuple[str, ...], *, by_date: bool) -> dict[int, tuple[str, float]]:
    """Return classifiers and points of all candidates, by place."""
    if asked.is_empty and not keys:
        found = index.everything(MOST + 1, by_date=by_date)
    elif asked.terms or asked.is_empty:
        found = index.find(Question(asked.terms, keys, by_date=by_date), MOST + 1)
    else:
        found = []
    terms = max(1, len(asked.terms))
    scored = {each.place: (each.classes, each.points / terms) for each in found}
    for bonus, named in _named(index, asked):
        for each in named:
            if set(keys) <= set(each.classes.split()):
                scored[each.place] = (each.classes, scored.get(each.place, ("", 0.0))[1] + bonus)
    return scored


def _named(index: Engine, asked: Asked) -> list[tuple[float, list[Found]]]:
    if not asked.names:
        return []
    return [(_EXACT, index.named(asked.names)), (_PREFIXED, index.starting_with(asked.prefix, _MOST_PREFIXED))]


def _rank(place: int, points: float, present: float) -> float:
    """Weigh how well words match with how popular a project is, and a little with how new its release is."""
    age = max(0.0, present - moment_at(place)) / _YEAR
    return points * (1 + level_at(place) / 10) + _FRESH * math.exp2(-age)


def page_of(results: Results, page: int, size: int = PAGE) -> list[Hit]:
    """Return one page of what was found.

    Raises:
        Missing: when there is no such page.
    """
    places = results.places[(page - 1) * size : page * size]
    if page > 1 and not places:
        raise Missing(_("There is no such page of results."))
    return hits(places)


def hits(places: list[int]) -> list[Hit]:
    """Return what to show of documents, in this order. Those that nobody may see any more are left out."""
    if not places:
        return []
    marks = ", ".join(["%s"] * len(places))
    rows = sql.every(
        f"SELECT d.place, d.name, d.normalized_name, r.version, r.summary, d.released_at FROM {FOUND}"  # noqa: S608
        f" LEFT JOIN catalog_release r ON r.id = d.release AND {LIVE_RELEASE} WHERE d.place IN ({marks})",
        *places,
    )
    by_place = {row[0]: Hit(row[1], row[2], row[3] or "", row[4] or "", sql.as_moment(row[5])) for row in rows}
    return [by_place[place] for place in places if place in by_place]


def meant(text: str) -> list[str]:
    """Return what somebody who found nothing may have meant: names that are a slip away, the nearest first.

    Of several words, each is tried alone, and the others are kept.
    """
    asked = read(text)
    for typed in asked.names:
        if near := _nearest(typed):
            return near
    words = asked.text.replace('"', " ").split()
    if not 1 < len(words) <= _MOST_SUGGESTED:
        return []
    found: list[str] = []
    for at, word in enumerate(words):
        names = read(word).names
        near = _nearest(names[0]) if names else []
        found += [" ".join([*words[:at], each, *words[at + 1 :]]) for each in near[:1]]
    return found[:_MOST_SUGGESTED]


def _nearest(typed: str) -> list[str]:
    near = {name: distance for distance, name in close_names(typed)[:_MOST_CLOSE]}
    places = sorted(each.place for each in engine().named(list(near)))
    live = sorted((hit.normalized_name for hit in hits(places)), key=near.__getitem__)  # the popular stay first
    return live[:_MOST_SUGGESTED]
