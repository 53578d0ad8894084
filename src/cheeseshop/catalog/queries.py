# SPDX-License-Identifier: Apache-2.0
"""What the site shows of projects, releases and files. Every answer has asked the policy."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing
from cheeseshop.core.facts import ANYBODY, ProjectFacts, Visibility
from cheeseshop.policy import decide


def visible(project: Project) -> bool:
    """Ask the policy whether anybody may know of a project."""
    facts = ProjectFacts(project.normalized_name, Visibility(project.visibility), project.quarantined_at is not None)
    return decide(ANYBODY, facts, None, now()).allowed


def _listed() -> QuerySet[Project]:
    return Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)


def newest_releases(limit: int = 20) -> list[Release]:
    """Return the newest releases that anybody may see."""
    rows = Release.objects.filter(quarantined_at=None, project__in=_listed()).select_related("project")
    return list(rows.order_by("-created_at")[:limit])


def projects_starting_with(term: str, offset: int, limit: int) -> list[Project]:
    """Return projects whose normalised name begins with ``term``, in name order."""
    prefix = canonicalize_name(term)
    return list(
        _listed().filter(normalized_name__startswith=prefix).order_by("normalized_name")[offset : offset + limit]
    )


def project_named(name: str) -> Project:
    """Return a project by any spelling of its name.

    Raises:
        Missing: when there is none that anybody may know of.
    """
    project = Project.objects.filter(normalized_name=canonicalize_name(name)).first()
    if project is None or not visible(project):
        raise Missing(f"There is no project named {name}.")
    return project


def release_of(project: Project, version: str | None) -> Release:
    """Return the release of that version, or the one that stands for the project.

    Raises:
        Missing: when there is none.
    """
    rows = Release.objects.filter(project=project, quarantined_at=None).select_related("description", "uploaded_by")
    if version is None:
        found = sorted(
            rows.order_by("-sort_key").values_list("id", "yanked_at", "is_prerelease")[:5000],
            key=lambda row: (row[1] is not None, row[2]),
        )
        release = rows.filter(id=found[0][0]).first() if found else None
    else:
        try:
            release = rows.filter(sort_key=sort_key(Version(version))).first()
        except InvalidVersion:
            release = None
    if release is None:
        raise Missing(f"{project.name} has no release {version or 'yet'}.")
    return release


def files_of(release: Release) -> list[File]:
    """Return a release's files that are not in quarantine, by name."""
    return list(release.files.filter(quarantined_at=None).order_by("filename"))


def releases_of(project: Project, offset: int, limit: int) -> list[Release]:
    """Return a project's releases, newest version first."""
    rows = Release.objects.filter(project=project, quarantined_at=None)
    return list(rows.order_by("-sort_key")[offset : offset + limit])


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is."""

    projects: int
    releases: int
    files: int


def counts() -> Counts:
    """Count what the index holds."""
    return Counts(Project.objects.count(), Release.objects.count(), File.objects.count())


def projects_of_user(user_id: UUID) -> list[Project]:
    """Return the projects that a person has a role on and anybody may see, by name."""
    return list(_listed().filter(roles__user_id=user_id).order_by("normalized_name")[:500])
