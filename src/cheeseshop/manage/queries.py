# SPDX-License-Identifier: Apache-2.0
"""What the pages of managing show of projects: how much there is, and lists of it by filter and order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cheeseshop.access.ownership import Listing, held
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core import current
from cheeseshop.journal.models import Entry


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a project holds, and may hold. Sizes are in bytes."""

    releases: int
    files: int
    size: int
    limit: int

    @property
    def percent(self) -> float:
        """The part of the limit that is used, of a hundred."""
        return min(100.0, 100 * self.size / self.limit) if self.limit else 100.0


def totals_of(projects: Iterable[Project]) -> dict[UUID, Totals]:
    """Return how much each of these projects holds, in two statements."""
    found = {project.pk: project for project in projects}
    releases = Release.objects.filter(project__in=found).values_list("project").annotate(n=Count("pk")).order_by()
    files = (
        File.objects.filter(release__project__in=found)
        .values_list("release__project")
        .annotate(n=Count("pk"))
        .order_by()
    )
    of_releases, of_files = dict(releases), dict(files)
    return {
        key: Totals(of_releases.get(key, 0), of_files.get(key, 0), project.total_size, limit_of(project))
        for key, project in found.items()
    }


def limit_of(project: Project) -> int:
    """Return how many bytes a project may hold."""
    organization = project.organization
    granted = (project.max_total_size, organization.max_total_size if organization else None)
    return max(current.settings().max_project_size, *(each or 0 for each in granted))


_MOST_PROJECTS = 20_000  # of one person are listed
PROJECT_ORDERS = {
    "name": (_("Name"), ("normalized_name",)),
    "changed": (_("Last change"), ("-last_serial",)),
    "size": (_("Size"), ("-total_size", "normalized_name")),
}
RELEASE_ORDERS = {
    "newest": (_("Highest version"), ("-sort_key",)),
    "lowest": (_("Lowest version"), ("sort_key",)),
    "released": (_("Released last"), ("-created_at", "-sort_key")),
}
FILE_ORDERS = {
    "newest": (_("Highest version"), ("-release__sort_key", "filename")),
    "name": (_("Name"), ("filename",)),
    "size": (_("Largest"), ("-size", "filename")),
    "uploaded": (_("Uploaded last"), ("-uploaded_at", "filename")),
}
STATES = {"": _("All"), "offered": _("Offered"), "yanked": _("Yanked")}
ROLES = {"": _("Any role"), "Owner": _("Owner"), "Maintainer": _("Maintainer")}
KINDS = {
    "": (_("Everything"), Q()),
    "releases": (_("Releases"), Q(action__in=("new release", "remove release", "yank release", "unyank release"))),
    "files": (_("Files"), Q(action__startswith="add ", action__contains=" file ") | Q(action__contains="ove file ")
              | Q(action__contains="yank file ")),
    "project": (_("The project"), Q(action__in=("create", "remove project")) | Q(action__startswith="set status ")
                | Q(action__startswith="project ")),
    "people": (_("Collaborators"), Q(action__regex=r"^[a-z_]+ (Owner|Maintainer) ")),
}  # fmt: skip


def projects_of(user: User, term: str, role: str) -> tuple[QuerySet[Project], dict[UUID, str]]:
    """Return a person's projects by a part of the name and by role, and the strongest role on each.

    Roles of their own, of their teams, and by an organisation that they own.
    """
    listing = Listing(term=term.lower(), limit=_MOST_PROJECTS)
    roles = {project: held_role for project, held_role in held(user.pk, listing) if role in {"", held_role}}
    return Project.objects.filter(pk__in=roles).select_related("organization"), roles


def changed_at(projects: Iterable[Project]) -> dict[int, datetime]:
    """Return when each serial that stands for a project's last change was written."""
    serials = [project.last_serial for project in projects]
    return dict(Entry.objects.filter(serial__in=serials).values_list("serial", "at"))


def releases_of(project: Project, term: str, state: str) -> QuerySet[Release]:
    """Return a project's releases, by a part of the version and by whether they are yanked."""
    rows = Release.objects.filter(project=project).defer("facts", "verified")
    if term:
        rows = rows.filter(version__contains=term.lower())
    return rows.filter(yanked_at__isnull=state == "offered") if state else rows


def files_of(project: Project, term: str, state: str) -> QuerySet[File]:
    """Return a project's files with their releases, by a part of the name and by whether either is yanked."""
    rows = File.objects.filter(release__project=project).select_related("release")
    rows = rows.defer("release__facts", "release__verified", "legacy_faults")
    if term:
        rows = rows.filter(filename__icontains=term)
    offered = Q(yanked_at=None, release__yanked_at=None)
    return rows.filter(offered if state == "offered" else ~offered) if state else rows


def history_of(project: Project, term: str, who: str, kind: str) -> QuerySet[Entry]:
    """Return what the journal says about a project, by a part of it, by actor and by kind, newest first."""
    rows = Entry.objects.filter(normalized_name=project.normalized_name).filter(KINDS[kind][1])
    if term:
        rows = rows.filter(Q(action__icontains=term) | Q(version__icontains=term))
    if who:
        rows = rows.filter(actor__iexact=who)
    return rows.order_by("-serial")
