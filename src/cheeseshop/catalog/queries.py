# SPDX-License-Identifier: Apache-2.0
"""What the site shows of projects, releases and files. Every answer has asked the policy."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet
from django.utils.translation import gettext as _
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import Version

from cheeseshop.access.models import ProjectRole
from cheeseshop.catalog.models import Description, File, Project, Release
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Missing
from cheeseshop.core.facts import ANYBODY, ProjectFacts, Visibility
from cheeseshop.policy import decide

_MOST_VERSIONS = 5000  # of one project are compared to find its latest


def visible(project: Project) -> bool:
    """Ask the policy whether anybody may know of a project."""
    facts = ProjectFacts(project.normalized_name, Visibility(project.visibility), project.quarantined_at is not None)
    return decide(ANYBODY, facts, None, now()).allowed


def _listed() -> QuerySet[Project]:
    return Project.objects.filter(quarantined_at=None, visibility=Visibility.PUBLIC.value)


def newest_releases(limit: int = 20, before: UUID | None = None) -> list[Release]:
    """Return the newest releases that anybody may see, or the newest of those that are older than ``before``.

    Identities begin with the time. They are found first: where projects are joined, SQLite may read those all first.
    """
    rows = Release.objects.filter(
        Exists(_listed().filter(pk=OuterRef("project"))), quarantined_at=None, visibility=Visibility.PUBLIC.value
    )
    found = (rows.filter(id__lt=before) if before else rows).order_by("-id").values_list("pk", flat=True)[:limit]
    return list(Release.objects.select_related("project").filter(pk__in=list(found)).order_by("-id"))


def newest_projects(limit: int, before: UUID | None = None) -> list[UUID]:
    """Return the newest projects that anybody may see and that have a release, or the newest of the older ones."""
    rows = _listed().filter(Exists(Release.objects.filter(project=OuterRef("pk"), quarantined_at=None)))
    older = rows.filter(id__lt=before) if before else rows
    return list(older.order_by("-id").values_list("pk", flat=True)[:limit])


def project_named(name: str) -> Project:
    """Return a project by any spelling of its name.

    Raises:
        Missing: when there is none that anybody may know of.
    """
    try:
        normalized = canonicalize_name(name, validate=True)
    except InvalidName as error:
        raise Missing(_("There is no project named %(name)s.") % {"name": name}) from error
    project = Project.objects.select_related("organization").filter(normalized_name=normalized).first()
    if project is None or not visible(project):
        raise Missing(_("There is no project named %(name)s.") % {"name": name})
    return project


def _releases(project: Project) -> QuerySet[Release]:
    return Release.objects.filter(project=project, quarantined_at=None)


def latest_release(project: Project) -> Release:
    """Return the release that stands for the project: not yanked before yanked, final before pre-release, highest.

    Raises:
        Missing: when there is none.
    """
    rows = _releases(project).order_by("-sort_key").values_list("id", "yanked_at", "is_prerelease")[:_MOST_VERSIONS]
    best = min(rows, key=lambda row: (row[1] is not None, row[2]), default=None)
    if best is None:
        raise Missing(_("%(name)s has no release yet; its name is taken.") % {"name": project.name})
    return Release.objects.get(id=best[0])


def release_of(project: Project, version: str) -> Release:
    """Return the release of that version, in any spelling of it.

    Raises:
        Missing: when there is none, or saying why it is in quarantine.
    """
    found = _of_version(Release.objects.filter(project=project), project, version)
    if found.quarantined_at is not None:
        why, contact = found.quarantine_reason, current.settings().contact
        raise Missing(
            _("%(name)s %(version)s is in quarantine (%(why)s). Questions about it: %(contact)s.")
            % {"name": project.name, "version": found.version, "why": why, "contact": contact}
        )
    return found


def any_release_of(project: Project, version: str) -> Release:
    """Return the release of that version, one in quarantine too, to those who manage the project.

    Raises:
        Missing: when there is none.
    """
    return _of_version(Release.objects.filter(project=project), project, version)


def _of_version(releases: QuerySet[Release], project: Project, version: str) -> Release:
    try:
        release = releases.filter(sort_key=sort_key(Version(version))).first()
    except ValueError:  # no version, or one with numbers too long for any that was accepted
        release = None
    if release is None:
        raise Missing(_("%(name)s has no release %(version)s.") % {"name": project.name, "version": version})
    return release


def description_of(release: Release) -> str:
    """Return a release's description as HTML, rendered and sanitised when it was uploaded; empty where it has none."""
    return Description.objects.filter(release=release).values_list("html", flat=True).first() or ""


def maintainers_of(project: Project) -> list[str]:
    """Return the names of the active people who have a role on a project, in order."""
    roles = ProjectRole.objects.filter(project=project, user__is_active=True).order_by("user__username")
    return list(roles.values_list("user__username", flat=True)[:500])


def files_of(release: Release, offset: int, limit: int) -> list[File]:
    """Return some of a release's files that are not in quarantine: source first, then by name."""
    return list(release.files.filter(quarantined_at=None).order_by("-packagetype", "filename")[offset : offset + limit])


@dataclass(frozen=True, slots=True)
class FileSizes:
    """How many files a release has, and the sizes of the smallest and the largest in bytes."""

    count: int
    smallest: int
    largest: int


def sizes_of(release: Release) -> FileSizes:
    """Return how large a release's files are that are not in quarantine."""
    found = release.files.filter(quarantined_at=None).aggregate(n=Count("id"), least=Min("size"), most=Max("size"))
    return FileSizes(found["n"], found["least"] or 0, found["most"] or 0)


def file_named(release: Release, filename: str) -> File:
    """Return a release's file of that name.

    Raises:
        Missing: when there is none that anybody may know of.
    """
    named = release.files.filter(quarantined_at=None, filename=filename).select_related("uploaded_by", "publisher")
    found = None if "\0" in filename else named.first()  # which no file has, and PostgreSQL refuses
    if found is None:
        raise Missing(_("%(version)s has no file %(filename)s.") % {"version": release.version, "filename": filename})
    return found


def releases_of(project: Project, offset: int, limit: int) -> list[Release]:
    """Return a project's releases, newest version first."""
    return list(_releases(project).order_by("-sort_key")[offset : offset + limit])
