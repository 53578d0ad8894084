# SPDX-License-Identifier: Apache-2.0
"""Documents found by SQLite's FTS5.

A document's place is its row number in the full-text table. FTS5 yields rows by number without sorting, and stops where
enough are found: so the most popular of a hundred thousand matches cost what a rare word costs.
"""

import heapq
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice

from cheeseshop import sql
from cheeseshop.discovery.documents import LIVE, MOMENT_BITS, Indexed
from cheeseshop.discovery.engines.base import BASE, IN_HEAD, IN_NAME, Engine, Found, Question

CREATE = (
    "CREATE VIRTUAL TABLE discovery_text USING fts5("
    "name, head, body, classes, columnsize=0, tokenize='unicode61 remove_diacritics 0')"
)
DROP = "DROP TABLE discovery_text"

_WRITE = "INSERT INTO discovery_text (rowid, name, head, body, classes) VALUES (%s, %s, %s, %s, %s)"
_FIND = (
    "SELECT t.rowid, d.classes FROM discovery_text t CROSS JOIN discovery_document d ON d.place = t.rowid"  # noqa: S608
    " CROSS JOIN catalog_project p ON p.id = d.project AND p.normalized_name = d.normalized_name"
    f" WHERE t.discovery_text MATCH %s AND t.rowid >= %s AND t.rowid < %s AND {LIVE} ORDER BY t.rowid LIMIT %s"
)
_POINTS = "SELECT rowid, {} AS points FROM discovery_text WHERE discovery_text MATCH %s AND rowid <= %s"
_PLACES = "SELECT rowid FROM discovery_text WHERE discovery_text MATCH %s AND rowid >= %s AND rowid < %s ORDER BY rowid"
_VISIBLE = (  # crossed, because the planner would rather read all projects
    "SELECT d.place, d.classes FROM discovery_document d CROSS JOIN catalog_project p"  # noqa: S608 - ours
    f" ON p.id = d.project AND p.normalized_name = d.normalized_name AND {LIVE}"
)
_NEXT = "SELECT MIN(place) FROM discovery_document WHERE place >= %s"
_END = 1 << 62
_FEW = 4000
_SLACK = 100  # more than wanted are taken, because some may be hidden


class SQLite(Engine):
    """FTS5, in the database of the index."""

    def find(self, question: Question, limit: int) -> list[Found]:
        """Return the most popular documents, or the newest."""
        match = _match(question)
        if question.by_date:
            return self._newest(match, limit)
        rows = sql.every(_FIND, match, 0, _END, limit)
        points = self._points(question, match, rows[-1][0]) if rows and question.terms else {}
        base = BASE * len(question.terms)
        return [Found(place, classes, base + points.get(place, 0)) for place, classes in rows]

    def _newest(self, match: str, limit: int) -> list[Found]:
        """Take the newest by their places alone, and look at the rows of no others."""
        found: list[Found] = []
        with closing(_by_date(match)) as places:
            while len(found) < limit and (part := list(islice(places, limit - len(found) + _SLACK))):
                found += _visible(part)
        return found[:limit]

    @staticmethod
    def _points(question: Question, match: str, last: int) -> dict[int, int]:
        """Return what terms in names and summaries add, by place."""
        parts, values = [], []
        for term in question.terms:
            for column, points in (("name", IN_NAME), ("head", IN_HEAD)):
                parts.append(_POINTS.format(points))
                values += [f"{match} AND {column} : {_quoted(term)}", last]
        rows = sql.every(
            f"SELECT rowid, SUM(points) FROM ({' UNION ALL '.join(parts)}) GROUP BY rowid",  # noqa: S608 - ours
            *values,
        )
        return dict(rows)

    def _write_words(self, document: Indexed, place: int) -> None:
        columns = (document.name_words, document.head, document.body, document.classes)
        sql.run(_WRITE, place, *(" ".join(words) for words in columns))

    def _drop_words(self, place: int) -> None:
        sql.run("DELETE FROM discovery_text WHERE rowid = %s", place)

    def _between(self) -> str:
        return "normalized_name >= %s AND normalized_name < %s"


def _by_date(match: str) -> Generator[int]:
    """Yield the places of all matches, the newest first.

    Where they are few, they are sorted. Otherwise those of each level of popularity come newest first by themselves,
    because that is the order of places within a level, and are merged as they are taken.
    """
    few = [row[0] for row in sql.every(f"{_PLACES} LIMIT %s", match, 0, _END, _FEW + 1)]
    if len(few) <= _FEW:
        yield from sorted(few, key=_age)
        return
    levels = [sql.one_by_one(_PLACES, match, start, end) for start, end in _levels()]
    yield from heapq.merge(*((row[0] for row in rows) for rows in levels), key=_age)


def _levels() -> Iterator[tuple[int, int]]:
    """Yield the bounds of each level of popularity that has documents."""
    row = sql.first(_NEXT, 0)
    while row and row[0] is not None:
        end = ((row[0] >> MOMENT_BITS) + 1) << MOMENT_BITS
        yield row[0], end
        row = sql.first(_NEXT, end)


def _age(place: int) -> int:
    """Return what is the greater the older a document is."""
    return place & ((1 << MOMENT_BITS) - 1)


def _visible(places: list[int]) -> list[Found]:
    """Return those of some documents that anybody may find, the newest first."""
    marks = ", ".join(["%s"] * len(places))
    rows = sql.every(f"{_VISIBLE} WHERE d.place IN ({marks})", *places)
    return sorted((Found(*row) for row in rows), key=lambda each: _age(each.place))


def _match(question: Question) -> str:
    """Write a question in FTS5's language. Words are letters and digits only, and quoted all the same."""
    parts = [f"classes : {_quoted((each,))}" for each in question.classes]
    if question.terms:
        parts.append(f"{{name head body}} : ({' AND '.join(map(_quoted, question.terms))})")
    return " AND ".join(parts)


def _quoted(term: tuple[str, ...]) -> str:
    return f'"{" ".join(term)}"'
