# SPDX-License-Identifier: Apache-2.0
"""Frozen facts that several domains share."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self
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


OWN_GITLAB, OWN_GITHUB = "GitLab self-managed", "GitHub Enterprise Server"
"""Kinds of publishers whose host is not the public one. They name it in ``issuer``."""


@dataclass(frozen=True, slots=True)
class PublisherIdentity:
    """A trusted publisher as an upload by it sees it: what its token was minted from. No person stands behind it.

    ``fields`` is what the project's people filled in, ``claims`` what the issuer's token said of this very run
    (reference, commit, run, environment), ``pinned`` the immutable identifiers in it (of owner and repository), the
    one that a renamed repository is found by first. ``urls`` are addresses that it vouches for: a project's link below
    one of them is verified. ``attestation`` names who may have signed, as a publisher of PEP 740 does: ``kind`` and
    that kind's fields; None where attestations of this provider can't be told to be its own.
    """

    id: UUID
    provider: str
    issuer: str
    name: str
    fields: dict[str, str]
    claims: dict[str, str]
    pinned: dict[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    attestation: dict[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without its id, which the token's row holds."""
        told = asdict(self) | {"urls": list(self.urls)}
        del told["id"]
        return told

    @classmethod
    def from_json(cls, identifier: UUID, told: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        return cls(id=identifier, **(told | {"urls": tuple(told["urls"])}))


@dataclass(frozen=True, slots=True)
class PublisherRepository:
    """The repository whose workflow sent an upload, as the addresses that belong to it and nobody else.

    Links below one of ``bases`` count as verified. ``distributions.links`` makes them for GitHub and GitLab.
    """

    bases: tuple[str, ...] = ()
