# SPDX-License-Identifier: Apache-2.0
"""Documents found by an OpenSearch server, where one is set.

It finds names and how well their words match, in the same order as the engines of the databases and with the same
points. Everything else stays in the index's own database: which projects anybody may see, names and what they begin
with, what is shown. The database's engine is kept up to date as well, and answers when the server does not.
"""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from cheeseshop import sql
from cheeseshop.core.circuit import Circuit
from cheeseshop.discovery.documents import Indexed, moment_at
from cheeseshop.discovery.engines.base import BASE, FOUND, IN_HEAD, IN_NAME, Engine, Found, Question
from cheeseshop.discovery.engines.open_search_server import OpenSearchError, OpenSearchServer

log = logging.getLogger(__name__)

_REST = 30.0  # seconds for which a server that did not answer is left alone
_LOOK = 10.0  # seconds after which it is asked again whether its index is filled
_SLACK = 100  # more than wanted are taken, because some may be hidden
_AT_ONCE = 500
_FIELDS = ("name", "head", "body")

circuit = Circuit(_REST)


class OpenSearch(Engine):
    """A server's index, beside the database's engine."""

    def __init__(self, own: Engine, server: OpenSearchServer) -> None:
        self._own = own
        self._server = server

    def find(self, question: Question, limit: int) -> list[Found]:
        """Return the most popular documents, or the newest."""
        if not circuit.may_ask():
            return self._own.find(question, limit)
        try:
            if not _filled.ask(self._server):
                circuit.answered()
                return self._own.find(question, limit)
            hits = self._server.search(_asked(question, limit + _SLACK))
        except (OpenSearchError, KeyError, TypeError) as error:
            circuit.failed()
            log.warning("OpenSearch is left alone for %d seconds, the database searches: %r", _REST, error)
            return self._own.find(question, limit)
        circuit.answered()
        return _visible(question, dict(hits))[:limit]

    def balance(self) -> int:
        """Bring the database's order up to date."""
        return self._own.balance()

    def _write_words(self, document: Indexed, place: int) -> None:
        self._own._write_words(document, place)  # noqa: SLF001 - an engine beside an engine

    def _drop_words(self, place: int) -> None:
        self._own._drop_words(place)  # noqa: SLF001 - as above

    def _between(self) -> str:
        return self._own._between()  # noqa: SLF001 - as above


class _Filled:
    """Whether a server's index was ever filled: until then it would find too little."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[bool, float]] = {}

    def ask(self, server: OpenSearchServer) -> bool:
        """Ask the server, unless it was asked a moment ago."""
        with self._lock:
            filled, until = self._known.get(server.name, (False, 0.0))
        if time.monotonic() < until:
            return filled
        filled = server.cursor() is not None
        if not filled:
            log.warning("OpenSearch has no index yet, the database searches: run `cheeseshop search reindex`")
        with self._lock:
            self._known[server.name] = (filled, time.monotonic() + _LOOK)
        return filled

    def forget(self) -> None:
        """Ask again the next time."""
        with self._lock:
            self._known.clear()


_filled = _Filled()


def filled_anew() -> None:
    """Note in this process that an index was filled."""
    _filled.forget()


def document_for(document: Indexed, serial: int) -> dict[str, Any]:
    """Return a document as the server keeps it. Words are those that every engine compares."""
    return {
        "serial": serial,
        "place": document.place,
        "released": int(document.released_at.timestamp() * 1_000_000),
        "classes": list(document.classes),
        "name": " ".join(document.name_words),
        "head": " ".join(document.head),
        "body": " ".join(document.body),
    }


def _asked(question: Question, size: int) -> dict[str, Any]:
    """Write a question in OpenSearch's language. Scores are the points of ``Found``, and nothing else."""
    must: list[dict[str, Any]] = []
    should: list[dict[str, Any]] = []
    for term in question.terms:
        words = " ".join(term)
        anywhere = {"bool": {"should": [_phrase(field, words) for field in _FIELDS], "minimum_should_match": 1}}
        must.append({"constant_score": {"filter": anywhere, "boost": BASE}})
        for field, points in (("name", IN_NAME), ("head", IN_HEAD)):
            should.append({"constant_score": {"filter": _phrase(field, words), "boost": points}})
    classes = [{"term": {"classes": each}} for each in question.classes]
    return {
        "query": {"bool": {"filter": classes, "must": must, "should": should, "minimum_should_match": 0}},
        "sort": [{"released": "desc"} if question.by_date else {"place": "asc"}],
        "size": size,
        "track_scores": True,
        "track_total_hits": False,
        "_source": False,
    }


def _phrase(field: str, words: str) -> dict[str, Any]:
    return {"match_phrase": {field: words}}


def _visible(question: Question, points: dict[str, int]) -> list[Found]:
    """Return the documents of those names that anybody may find now, in order."""
    names = list(points)
    found: list[Found] = []
    for at in range(0, len(names), _AT_ONCE):
        found += [Found(place, classes, points[name]) for place, classes, name in _rows(names[at : at + _AT_ONCE])]
    wanted = set(question.classes)
    kept = [each for each in found if wanted <= set(each.classes.split())]
    return sorted(kept, key=lambda each: -moment_at(each.place) if question.by_date else each.place)


def _rows(names: Sequence[str]) -> list[sql.Row]:
    marks = ", ".join(["%s"] * len(names))
    return sql.every(
        f"SELECT d.place, d.classes, d.normalized_name FROM {FOUND} WHERE d.normalized_name IN ({marks})",  # noqa: S608
        *names,
    )
