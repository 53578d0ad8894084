# SPDX-License-Identifier: Apache-2.0
"""Frozen facts that several domains share."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Visibility(StrEnum):
    """Who may know that a thing exists."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


class Status(StrEnum):
    """Project status markers (PEP 792)."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: nobody (``user_id`` None), or a person by session or token."""

    user_id: UUID | None = None
    groups: frozenset[str] = frozenset()


ANYBODY = Principal()


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a decision about reading a project needs."""

    name: str
    visibility: Visibility = Visibility.PUBLIC
    quarantined: bool = False
    reader_groups: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a decision about reading one file needs. Release state is folded in."""

    filename: str
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class PublisherRepository:
    """The repository whose workflow sent an upload, as the addresses that belong to it and nobody else.

    Links below one of ``bases`` count as verified. ``distributions.links`` makes them for GitHub and GitLab.
    """

    bases: tuple[str, ...] = ()
