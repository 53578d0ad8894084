# SPDX-License-Identifier: Apache-2.0
"""What engines share: the rows of documents, and what is asked of an engine."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cheeseshop import sql
from cheeseshop.discovery.documents import LIVE, Indexed
from cheeseshop.discovery.models import Document
from cheeseshop.discovery.spelling import forget_name, note_name

_SCANNED = 20_000  # names of one beginning that are looked at for the most popular

FOUND = (
    "discovery_document d JOIN catalog_project p ON p.id = d.project AND p.normalized_name = d.normalized_name"
    f" AND {LIVE}"
)
"""Documents that anybody may find now, in SQL."""


@dataclass(frozen=True, slots=True)
class Question:
    """Terms that must all be found (each one word or a phrase, stemmed), and keys of classifiers that must be."""

    terms: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...] = ()
    by_date: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A document: its place, the keys of its classifiers parted by spaces, and how well its words match.

    Of each term that is in the name 10 points, in summary or keywords 5, in both 14, elsewhere 1.
    """

    place: int
    classes: str
    points: int = 0


BASE, IN_NAME, IN_HEAD = 1, 9, 4


class Engine(ABC):
    """Keeps the words of documents, and finds documents by them."""

    @abstractmethod
    def find(self, question: Question, limit: int) -> list[Found]:
        """Return at most ``limit`` documents that match: the most popular ones, or the newest. Not ranked."""

    @abstractmethod
    def _write_words(self, document: Indexed, place: int) -> None:
        """Keep a document's words. Its row is there already."""

    @abstractmethod
    def _drop_words(self, place: int) -> None:
        """Forget a document's words. Its row is there still."""

    @abstractmethod
    def _between(self) -> str:
        """Return the condition that a name lies between two texts, in the order of bytes, for an index to answer."""

    def balance(self) -> int:
        """Bring the engine's own order up to date, after many changes. Returns how many documents it concerned."""
        return 0

    def put(self, document: Indexed) -> bool:
        """Put a document in the place of what was held of its project. Returns whether anything changed."""
        with transaction.atomic():
            held = sql.first("SELECT place, digest FROM discovery_document WHERE project = %s", document.project)
            if held is not None and held[1] == document.digest:
                return False
            if held is not None:
                self._drop(held[0])
            place = _free(document.place)
            Document.objects.bulk_create([_row(document, place)])
            self._write_words(document, place)
            note_name(document.normalized_name)
            return True

    def remove(self, normalized_name: str, *, except_for: UUID | None = None) -> bool:
        """Forget what is held under a name, but for one project. Returns whether there was anything."""
        with transaction.atomic():
            rows = sql.every(
                "SELECT place, project FROM discovery_document WHERE normalized_name = %s", normalized_name
            )
            gone = [place for place, project in rows if sql.as_uuid(project) != except_for]
            for place in gone:
                self._drop(place)
            if gone and except_for is None:
                forget_name(normalized_name)
            return bool(gone)

    def _drop(self, place: int) -> None:
        self._drop_words(place)
        sql.run("DELETE FROM discovery_document WHERE place = %s", place)

    def everything(self, limit: int, *, by_date: bool) -> list[Found]:
        """Return at most ``limit`` documents, the most popular or the newest first."""
        order = "d.released_at DESC" if by_date else "d.place"
        rows = sql.every(f"SELECT d.place, d.classes FROM {FOUND} ORDER BY {order} LIMIT %s", limit)  # noqa: S608 - ours
        return [Found(*row) for row in rows]

    def named(self, names: Sequence[str]) -> list[Found]:
        """Return the documents of projects of these normalised names."""
        if not names:
            return []
        marks = ", ".join(["%s"] * len(names))
        statement = f"SELECT d.place, d.classes FROM {FOUND} WHERE d.normalized_name IN ({marks})"  # noqa: S608 - ours
        return [Found(*row) for row in sql.every(statement, *names)]

    def starting_with(self, prefix: str, limit: int) -> list[Found]:
        """Return the most popular documents whose normalised name begins so."""
        rows = sql.every(
            f"SELECT d.place, d.classes FROM {FOUND} WHERE d.place IN (SELECT place FROM"  # noqa: S608 - ours
            f" (SELECT place FROM discovery_document WHERE {self._between()} LIMIT %s) AS named"
            " ORDER BY place LIMIT %s)",
            prefix,
            prefix + "{",  # comes after every character of a name
            _SCANNED,
            limit,
        )
        return [Found(*row) for row in rows]


def _free(place: int) -> int:
    """Return the place, or the next one that no document has: two releases may be made in one microsecond."""
    while sql.first("SELECT 1 FROM discovery_document WHERE place = %s", place) is not None:
        place += 1
    return place


def _row(document: Indexed, place: int) -> Document:
    return Document(
        place=place,
        project=document.project,
        release=document.release,
        normalized_name=document.normalized_name,
        name=document.name,
        version=document.version,
        summary=document.summary,
        released_at=document.released_at,
        downloads=document.downloads,
        classes=" ".join(document.classes),
        digest=document.digest,
    )
