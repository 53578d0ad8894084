# SPDX-License-Identifier: Apache-2.0
"""What the index holds of a project: made from its best release, which is live, final before pre-release, highest."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cheeseshop import sql
from cheeseshop.core.facts import Status, Visibility
from cheeseshop.discovery import classes
from cheeseshop.discovery.words import name_words, words

LIVE = (
    f"p.quarantined_at IS NULL AND p.visibility = '{Visibility.PUBLIC.value}' AND p.status <> '{Status.ARCHIVED.value}'"
)
"""What a project ``p`` must be for anybody to find it, in SQL. Every search asks it of the project's own row."""

LIVE_RELEASE = f"r.quarantined_at IS NULL AND r.yanked_at IS NULL AND r.visibility = '{Visibility.PUBLIC.value}'"
"""The same of the release ``r`` that stands for it."""

MOMENT_BITS = 52
_LATEST = (1 << MOMENT_BITS) - 1
_HIGHEST_LEVEL = 63
_DESCRIPTION = 6000  # characters that are read
_BODY, _HEAD, _CLASSIFIERS = 600, 120, 100  # words, and classifiers
_ADDRESS = re.compile(r"\b[a-z+]+://\S+|<[^<>]{0,300}>")


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document with its words: of its name, of summary and keywords, of everything else."""

    project: UUID
    release: UUID
    name: str
    normalized_name: str
    version: str
    summary: str
    released_at: datetime
    downloads: int
    name_words: tuple[str, ...]
    head: tuple[str, ...]
    body: tuple[str, ...]
    classes: tuple[str, ...]

    @property
    def place(self) -> int:
        """Where it stands among all documents."""
        return place_of(self.downloads, self.released_at)

    @property
    def digest(self) -> str:
        """Tells it from what the index held before, except by downloads, which a chore of their own follows."""
        said = (self.project, self.release, self.name, self.version, self.summary, level_of(self.downloads),
                self.released_at, self.head, self.body, self.classes)  # fmt: skip
        return hashlib.blake2b(repr(said).encode("utf-8", "replace"), digest_size=16).hexdigest()


def level_of(downloads: int) -> int:
    """Return how popular a project is: one more for each doubling of its downloads."""
    return min(_HIGHEST_LEVEL, max(0, downloads).bit_length())


def place_of(downloads: int, released_at: datetime) -> int:
    """Return the place of a document: the more popular the lower, and among equals the newer the lower.

    An index that yields documents by place yields the most popular first, and may stop when it has enough.
    """
    moment = min(_LATEST, max(0, int(released_at.timestamp() * 1_000_000)))
    return ((_HIGHEST_LEVEL - level_of(downloads)) << MOMENT_BITS) | (_LATEST - moment)


def level_at(place: int) -> int:
    """Return how popular the project at a place is."""
    return _HIGHEST_LEVEL - (place >> MOMENT_BITS)


def moment_at(place: int) -> float:
    """Return when the release at a place was made, in seconds since the epoch."""
    return (_LATEST - (place & _LATEST)) / 1_000_000


def document_of(normalized_name: str) -> Indexed | None:
    """Make the document of the project of that name; None where there is nothing that anybody may find."""
    project = sql.first(f"SELECT p.id, p.name FROM catalog_project p WHERE p.normalized_name = %s AND {LIVE}",  # noqa: S608
                        normalized_name)  # fmt: skip
    if project is None:
        return None
    release = _best_release(project[0])
    if release is None:
        return None
    identifier, version, summary, facts, at = release
    text = sql.first(
        "SELECT SUBSTR(raw, 1, %s) FROM catalog_description WHERE release_id = %s", _DESCRIPTION, identifier
    )
    counted = sql.first("SELECT downloads FROM stats_popularity WHERE project = %s", project[0])
    told = _Told(sql.as_json(facts))
    return Indexed(
        project=sql.as_uuid(project[0]),
        release=sql.as_uuid(identifier),
        name=project[1],
        normalized_name=normalized_name,
        version=version,
        summary=summary,
        released_at=sql.as_moment(at),
        downloads=int(counted[0]) if counted else 0,
        name_words=tuple(name_words(normalized_name)),
        head=tuple(words(f"{summary} {told.text('keywords')}", _HEAD)),
        body=tuple(words(_body(told, text[0] if text else ""), _BODY)),
        classes=tuple(classes.keys_of(told.classifiers())),
    )


class _Told:
    """Core metadata, as whatever wrote it left it."""

    def __init__(self, facts: object) -> None:
        self._facts = facts if isinstance(facts, dict) else {}

    def text(self, field: str) -> str:
        found = self._facts.get(field) or ""
        return " ".join(map(str, found)) if isinstance(found, list) else str(found)

    def classifiers(self) -> list[str]:
        found = self._facts.get("classifiers") or []
        return [str(each)[:200] for each in found[:_CLASSIFIERS]] if isinstance(found, list) else []


def _body(told: _Told, description: str) -> str:
    people = " ".join(told.text(field)[:500] for field in ("author", "author_email", "maintainer"))
    groups = " ".join(told.classifiers())[:2000]
    return f"{people} {groups} {_ADDRESS.sub(' ', description)}"


def _best_release(project: object) -> sql.Row | None:
    for prerelease in (False, True):
        found = sql.first(
            "SELECT r.id, r.version, r.summary, r.facts, r.created_at FROM catalog_release r"  # noqa: S608 - ours
            f" WHERE r.project_id = %s AND r.is_prerelease = %s AND {LIVE_RELEASE} AND EXISTS ("
            "SELECT 1 FROM catalog_file f WHERE f.release_id = r.id AND f.quarantined_at IS NULL"
            " AND f.yanked_at IS NULL) ORDER BY r.sort_key DESC LIMIT 1",
            project,
            prerelease,
        )
        if found is not None:
            return found
    return None
