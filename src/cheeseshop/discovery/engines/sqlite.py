# SPDX-License-Identifier: Apache-2.0
"""Documents found by SQLite's FTS5.

A document's place is its row number in the full-text table. FTS5 yields rows by number without sorting, and stops where
enough are found: so the most popular of a hundred thousand matches cost what a rare word costs.
"""

from cheeseshop import sql
from cheeseshop.discovery.documents import LIVE, MOMENT_BITS, Indexed, moment_at
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
_END = 1 << 62


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
        """Take the newest of each level of popularity, which is the order of places within a level."""
        found: list[Found] = []
        at = self._next_place(0)
        while at is not None:
            end = ((at >> MOMENT_BITS) + 1) << MOMENT_BITS
            found += [Found(*row) for row in sql.every(_FIND, match, at, end, limit)]
            at = self._next_place(end)
        return sorted(found, key=lambda each: -moment_at(each.place))[:limit]

    @staticmethod
    def _next_place(place: int) -> int | None:
        row = sql.first("SELECT MIN(place) FROM discovery_document WHERE place >= %s", place)
        return row[0] if row else None

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


def _match(question: Question) -> str:
    """Write a question in FTS5's language. Words are letters and digits only, and quoted all the same."""
    parts = [f"classes : {_quoted((each,))}" for each in question.classes]
    if question.terms:
        parts.append(f"{{name head body}} : ({' AND '.join(map(_quoted, question.terms))})")
    return " AND ".join(parts)


def _quoted(term: tuple[str, ...]) -> str:
    return f'"{" ".join(term)}"'
