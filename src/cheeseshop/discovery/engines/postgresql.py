# SPDX-License-Identifier: Apache-2.0
"""Documents found by PostgreSQL's text search, with nothing but what every server has.

A GIN index yields matches in no order, so that a frequent word would have all its documents read. Documents are
therefore parted by place into tiers, each three times the one before, with an index for each: the most popular ones are
asked first, and a tier that is asked holds few matches, or those before it had enough.
"""

from itertools import pairwise

from cheeseshop import sql
from cheeseshop.discovery.documents import LIVE, MOMENT_BITS, Indexed, moment_at
from cheeseshop.discovery.engines.base import BASE, IN_HEAD, IN_NAME, Engine, Found, Question

TIERS = 7
_FIRST_TIER, _GROWTH = 2000, 3
_AT_ONCE = 2000

CREATE = (
    "ALTER TABLE discovery_document ADD COLUMN head tsvector, ADD COLUMN words tsvector",
    "ALTER TABLE discovery_document ALTER COLUMN head SET STORAGE MAIN, ALTER COLUMN classes SET STORAGE MAIN",
    "ALTER TABLE discovery_document SET (toast_tuple_target = 1024)",  # the words, which are seldom read, lie apart
    "CREATE TABLE discovery_tier (number smallint PRIMARY KEY, first_place bigint NOT NULL)",
    *(
        f"CREATE INDEX discovery_words_{n} ON discovery_document USING gin (words) WHERE tier = {n}"
        for n in range(TIERS)
    ),
    "CREATE INDEX discovery_names ON discovery_document (normalized_name varchar_pattern_ops, place)",
)  # fmt: skip
DROP = ("DROP TABLE discovery_tier",)

_TIER = "(SELECT COALESCE(MAX(number), 0) FROM discovery_tier WHERE first_place <= %s)"
_WRITE = f"UPDATE discovery_document SET head = %s::tsvector, words = %s::tsvector, tier = {_TIER} WHERE place = %s"  # noqa: S608

_MATCHES = "SELECT * FROM discovery_document WHERE tier = {tier} AND words @@ %s::tsquery"
_WORDS = f"{_MATCHES} ORDER BY {{order}} LIMIT %s"
_PHRASES = (
    f"SELECT * FROM ({_MATCHES} LIMIT %s) matches WHERE words @@ %s::tsquery"  # noqa: S608 - ours
    " ORDER BY {order} LIMIT %s"
)
# In the order of places, or of the moments in them; written so that no index yields it: the planner would walk through
# the documents in that order and read the words of each.
_BY_PLACE, _BY_DATE = "place + 0", f"place & {(1 << MOMENT_BITS) - 1}"
# The project is asked of each document by itself: the planner would rather read all projects.
_FIND = (
    "SELECT d.place, d.classes, {score} FROM ({matches}) d CROSS JOIN LATERAL (SELECT 1 FROM catalog_project p"  # noqa: S608
    f" WHERE p.id = d.project AND p.normalized_name = d.normalized_name AND {LIVE} OFFSET 0) live"
    " ORDER BY {order} LIMIT %s"
)
# Only an index of moments yields these, because those of words are each of one tier.
_NEWEST = (
    "SELECT d.place, d.classes FROM (SELECT * FROM discovery_document WHERE words @@ %s::tsquery"  # noqa: S608 - ours
    " ORDER BY released_at DESC LIMIT %s) d CROSS JOIN LATERAL (SELECT 1 FROM catalog_project p"
    f" WHERE p.id = d.project AND p.normalized_name = d.normalized_name AND {LIVE} OFFSET 0) live"
    " ORDER BY d.released_at DESC LIMIT %s"
)
_ESTIMATE = "EXPLAIN (FORMAT JSON) SELECT 1 FROM discovery_document WHERE words @@ %s::tsquery"
_COUNT = "SELECT reltuples FROM pg_class WHERE oid = 'discovery_document'::regclass"
_READING_WORDS = 2  # times as long as it takes to read a row takes it to look into its words, which lie apart
_SLACK = 100  # more than wanted are taken, because some may be hidden
_PHRASE_CANDIDATES = 500  # of each tier: whether words stand together must be read in each document


class PostgreSQL(Engine):
    """GIN over text search vectors, in the database of the index."""

    def find(self, question: Question, limit: int) -> list[Found]:
        """Return the most popular documents, or the newest."""
        if question.by_date and _is_frequent(question, limit):
            return [Found(*row) for row in sql.every(_NEWEST, _query(question), limit + _SLACK, limit)]
        found: list[Found] = []
        for tier in range(TIERS):
            wanted = limit if question.by_date else limit - len(found)
            statement, values = _statement(question, tier, wanted)
            found += [Found(*row) for row in sql.every(statement, *values)]
            if len(found) >= limit and not question.by_date:
                break
        return sorted(found, key=lambda each: -moment_at(each.place))[:limit] if question.by_date else found

    def balance(self) -> int:
        """Part the documents into tiers anew, and move those that grew or lost popularity."""
        starts: list[int] = []
        for tier in range(1, TIERS):
            offset = sum(_FIRST_TIER * _GROWTH**n for n in range(tier))
            row = sql.first("SELECT place FROM discovery_document ORDER BY place OFFSET %s LIMIT 1", offset)
            if row is None:
                break
            starts.append(row[0])
        sql.run("DELETE FROM discovery_tier")
        for number, first in enumerate(starts, 1):
            sql.run("INSERT INTO discovery_tier (number, first_place) VALUES (%s, %s)", number, first)
        return sum(_move(tier, low, high) for tier, (low, high) in enumerate(_ranges(starts)))

    def _write_words(self, document: Indexed, place: int) -> None:
        head, every = vectors(document)
        sql.run(_WRITE, head, every, place, place)

    def _drop_words(self, place: int) -> None:
        """Nothing: the words are columns of the row."""

    def _between(self) -> str:
        return "normalized_name ~>=~ %s AND normalized_name ~<~ %s"


def _is_frequent(question: Question, limit: int) -> bool:
    """Tell whether to walk from the newest document on and read the words of each, until enough have those asked for.

    Otherwise all that have them are read and sorted. The planner, which knows how frequent words are, can't choose
    between the two by itself.
    """
    if any(len(term) > 1 for term in question.terms):
        return False  # it knows nothing of phrases
    counted, planned = sql.first(_COUNT), sql.first(_ESTIMATE, _query(question))
    if counted is None or planned is None:
        return False
    documents, matches = float(counted[0]), float(planned[0][0]["Plan"]["Plan Rows"])
    return (limit + _SLACK) * documents * _READING_WORDS < matches * matches


def _ranges(starts: list[int]) -> list[tuple[int, int]]:
    bounds = [0, *starts, 1 << 62]
    return list(pairwise(bounds))


def _move(tier: int, low: int, high: int) -> int:
    """Put the documents of a range into a tier, some at a time so that nobody waits for long."""
    moved = 0
    while count := sql.run(
        "UPDATE discovery_document SET tier = %s WHERE place IN (SELECT place FROM discovery_document"
        " WHERE place >= %s AND place < %s AND tier <> %s LIMIT %s)",
        tier,
        low,
        high,
        tier,
        _AT_ONCE,
    ):
        moved += count
    return moved


def vectors(document: Indexed) -> tuple[str, str]:
    """Write a document's words as text search vectors: those of name and summary by themselves, and all of them.

    Positions are ours, so that the server's parser, which takes names apart in ways of its own, is not asked.
    """
    head: dict[str, list[str]] = {}
    at = 0
    for words, weight in ((document.name_words, "A"), (document.head, "B")):
        at = _add(head, words, weight, at + 2)
    every = {word: list(places) for word, places in head.items()}
    _add(every, document.body, "", at + 2)
    for each in document.classes:
        every.setdefault(each, []).append("16000")
    return _written(head), _written(every)


def _add(lexemes: dict[str, list[str]], words: tuple[str, ...], weight: str, at: int) -> int:
    for at, word in enumerate(words, at):  # noqa: B020, PLR1704 - where the last word stands is the answer
        lexemes.setdefault(word, []).append(f"{at}{weight}")
    return at


def _written(lexemes: dict[str, list[str]]) -> str:
    return " ".join(f"'{word}':{','.join(places)}" for word, places in lexemes.items())


def _statement(question: Question, tier: int, wanted: int) -> tuple[str, list[object]]:
    """Write what asks one tier, and its values."""
    order = _BY_DATE if question.by_date else _BY_PLACE
    score, values = _points(question)
    matches = _WORDS
    if any(len(term) > 1 for term in question.terms):
        matches = _PHRASES
        apart = Question(tuple((word,) for term in question.terms for word in term), question.classes)
        values += [_query(apart), _PHRASE_CANDIDATES]
    values += [_query(question), wanted + _SLACK, wanted]
    return _FIND.format(score=score, matches=matches.format(tier=tier, order=order), order=order), values


def _query(question: Question) -> str:
    return " & ".join([*(f"'{each}'" for each in question.classes), *(_term(term) for term in question.terms)])


def _term(term: tuple[str, ...], weight: str = "") -> str:
    mark = f":{weight}" if weight else ""
    return "(" + " <-> ".join(f"'{word}'{mark}" for word in term) + ")"


def _points(question: Question) -> tuple[str, list[object]]:
    """Write what terms in names and summaries add."""
    parts: list[str] = [str(BASE * len(question.terms))]
    values: list[object] = []
    for term in question.terms:
        for weight, points in (("A", IN_NAME), ("B", IN_HEAD)):
            parts.append(f"CASE WHEN d.head @@ %s::tsquery THEN {points} ELSE 0 END")
            values.append(_term(term, weight))
    return " + ".join(parts), values
