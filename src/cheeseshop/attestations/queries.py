# SPDX-License-Identifier: Apache-2.0
"""What the site shows of provenance. Callers have asked whether the project may be seen."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from cheeseshop.attestations.models import Provenance
from cheeseshop.attestations.showing import Panel, panels
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.errors import Missing
from cheeseshop.edge_contract.keys import integrity_path

RECENT = 10


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Where a file came from: by whom it was uploaded, and its attestations, as many as there are."""

    filename: str
    uploaded_at: datetime
    trusted: bool
    by: str
    attestations: int
    size: int


@dataclass(frozen=True, slots=True)
class ReleaseOrigin:
    """How many of a release's files came from a trusted publisher, and how many carry attestations.

    ``lost`` tells that some came by token although the release before came from a trusted publisher wholly.
    """

    version: str
    created_at: datetime
    files: int
    trusted: int
    attested: int
    lost: bool = False


def origins(release: Release, offset: int, limit: int) -> list[FileOrigin]:
    """Return where some of a release's files came from, by name. What is in quarantine is left out."""
    found = release.files.filter(quarantined_at=None).select_related("publisher", "uploaded_by", "provenance")
    return [_origin(file) for file in found.order_by("filename")[offset : offset + limit]]


def _origin(file: File) -> FileOrigin:
    provenance: Provenance | None = getattr(file, "provenance", None)
    person = file.uploaded_by.username if file.uploaded_by else ""
    trusted = file.publisher_id is not None
    count = len(provenance.statements) if provenance else 0
    return FileOrigin(file.filename, file.uploaded_at, trusted, "" if trusted else person, count, file.size)


def is_attested(release: Release) -> bool:
    """Tell whether any file of a release that may be seen carries attestations."""
    return release.files.filter(quarantined_at=None).exclude(provenance_sha256="").exists()


def recent(project: Project) -> list[ReleaseOrigin]:
    """Return how the newest releases came, newest first."""
    return _in_order(list(_releases(project).order_by("-id").values_list("id", flat=True)[: RECENT + 1]))[:RECENT]


def origin_of(project: Project, release: Release) -> ReleaseOrigin:
    """Return how one release came, seen beside the one before it."""
    before = _releases(project).filter(id__lt=release.pk).order_by("-id").values_list("id", flat=True)[:1]
    return _in_order([release.pk, *before])[0]


def _releases(project: Project) -> QuerySet[Release]:
    return Release.objects.filter(project=project, quarantined_at=None)


def _in_order(identifiers: list[UUID]) -> list[ReleaseOrigin]:
    """Return releases with their counts, newest first. Identities begin with the time."""
    seen = Q(files__quarantined_at=None)
    rows = (
        Release.objects.filter(id__in=identifiers)
        .annotate(
            all_files=Count("files", filter=seen),
            trusted=Count("files", filter=seen & Q(files__publisher__isnull=False)),
            attested=Count("files", filter=seen & ~Q(files__provenance_sha256="")),
        )
        .order_by("-id")
        .values_list("version", "created_at", "all_files", "trusted", "attested")
    )
    found = [ReleaseOrigin(*row) for row in rows]
    return [_beside(each, before) for each, before in zip(found, [*found[1:], None], strict=True)]


def _beside(release: ReleaseOrigin, before: ReleaseOrigin | None) -> ReleaseOrigin:
    was_trusted = before is not None and before.files == before.trusted > 0
    return replace(release, lost=was_trusted and release.trusted < release.files)


@dataclass(frozen=True, slots=True)
class FileProvenance:
    """A file's attestations in words, and where a program gets them."""

    filename: str
    sha256: str
    verified_at: datetime
    panels: list[Panel]
    path: str


def provenance_of(project: Project, release: Release, filename: str) -> FileProvenance:
    """Return a file's attestations.

    Raises:
        Missing: when there is no such file, or it has none.
    """
    found = (
        None
        if "\0" in filename  # which no file has, and PostgreSQL refuses
        else Provenance.objects.filter(file__release=release, file__filename=filename, file__quarantined_at=None)
        .select_related("file")
        .first()
    )
    if found is None:
        raise Missing(_("There are no attestations of a file %(filename)s.") % {"filename": filename})
    path = integrity_path(project.normalized_name, release.version, filename)
    shown = panels(found.publisher, found.statements)
    return FileProvenance(filename, found.file.sha256, found.verified_at, shown, path)
