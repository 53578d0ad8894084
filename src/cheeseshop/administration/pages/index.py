# SPDX-License-Identifier: Apache-2.0
"""The index: projects, releases, files, roles, publishers, and the journal."""

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from packaging.utils import canonicalize_name

from cheeseshop.access.models import Invitation, ProjectRole
from cheeseshop.administration.actions import catalog as acts
from cheeseshop.administration.lists import Cell, Page, Related, link, related
from cheeseshop.administration.searching import beginning, of_project
from cheeseshop.administration.site import site
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.journal.models import Entry
from cheeseshop.moderation.models import Observation
from cheeseshop.publishers.models import PendingPublisher, ProjectPublisher

_STATE = ("status", "status_reason", "quarantined_at", "quarantine_reason", "visibility")
_PROJECT_OR_PERSON = "The name of a project, or @ and a username."


@register(Project, site=site)
class Projects(Page):
    """Projects by name."""

    heading = "Projects"
    summary = "Projects: releases, people, publishers, journal; archive, remove."
    list_display = ("name", "status", "quarantined_at", "organization", "created_at", "total_size")
    list_select_related = ("organization",)
    ordering = ("normalized_name",)
    search_fields = ("name",)
    search_help_text = "The beginning of a name."
    fields = (
        "name", "normalized_name", "created_at", "organization", "total_size", "max_file_size", "max_total_size",
        "last_serial", *_STATE,
    )  # fmt: skip
    deeds = acts.PROJECT_ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the normalised name."""
        return beginning(rows, "normalized_name", canonicalize_name(text))

    def related(self, row: Project) -> list[Related]:
        """Return what belongs to a project."""
        roles = ProjectRole.objects.filter(project=row).select_related("user").order_by("user__username")
        links = ProjectPublisher.objects.filter(project=row).select_related("publisher").order_by("created_at")
        releases = Release.objects.filter(project=row).only("version", "created_at", "yanked_at", "quarantined_at")
        observed = Observation.objects.filter(subject=row.normalized_name).order_by("-id")
        entries = Entry.objects.filter(normalized_name=row.normalized_name).order_by("-serial")
        return [
            related("People", ["Person", "Role"], roles, lambda role: [link(role.user), link(role, role.role)]),
            related(
                "Trusted publishers",
                ["Publisher", "Last used"],
                links,
                lambda each: [link(each, each.publisher), Cell(each.last_used_at)],
            ),
            related("Releases", ["Version", "Made", "State"], releases.order_by("-sort_key"), _release),
            related("Observations", ["Kind", "Summary", "Verdict"], observed, _observation),
            related("Journal", ["Serial", "When", "What", "Version", "Who"], entries, _entry),
        ]

    def links(self, row: Project) -> list[Cell]:
        """Return the public page, and the queues that are about it."""
        return [Cell("Public page", reverse("project", args=[row.normalized_name]))]


def _release(release: Release) -> list[Cell]:
    return [link(release), Cell(release.created_at), Cell(_state(release))]


def _state(row: Any) -> str:  # noqa: ANN401 - release or file
    words = [("yanked", row.yanked_at), ("in quarantine", row.quarantined_at)]
    return ", ".join(word for word, at in words if at is not None) or "offered"


def _observation(observation: Observation) -> list[Cell]:
    return [
        link(observation, observation.get_kind_display()),
        Cell(observation.summary[:200]),
        Cell(observation.get_verdict_display() or "undecided"),
    ]


def _entry(entry: Entry) -> list[Cell]:
    return [link(entry, entry.serial), Cell(entry.at), Cell(entry.action), Cell(entry.version), Cell(entry.actor)]


@register(Release, site=site)
class Releases(Page):
    """Releases, newest first."""

    heading = "Releases"
    summary = "Releases, newest first; remove."
    list_display = ("label", "created_at", "state", "uploaded_by")
    list_select_related = ("project", "uploaded_by")
    ordering = ("-id",)
    search_fields = ("project",)
    search_help_text = "The name of a project."
    fields = (
        "project", "version", "summary", "requires_python", "created_at", "uploaded_by", "yanked_at", "yanked_reason",
        *_STATE,
    )  # fmt: skip
    deeds = acts.RELEASE_ACTIONS

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Leave the metadata of each unread."""
        return super().get_queryset(request).defer("facts", "verified")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project."""
        return of_project(rows, text.removeprefix("@"))

    @display(description="Release")
    def label(self, release: Release) -> str:
        """Name project and version."""
        return f"{release.project.name} {release.version}"

    @display(description="State")
    def state(self, release: Release) -> str:
        """Say whether it is offered."""
        return _state(release)

    def related(self, row: Release) -> list[Related]:
        """Return its files."""
        files = File.objects.filter(release=row).order_by("filename")
        return [
            related(
                "Files",
                ["Name", "Size", "Uploaded", "State"],
                files,
                lambda file: [link(file), Cell(file.size), Cell(file.uploaded_at), Cell(_state(file))],
            )
        ]

    def links(self, row: Release) -> list[Cell]:
        """Return the public page."""
        return [Cell("Public page", reverse("release", args=[row.project.normalized_name, row.version]))]


@register(File, site=site)
class Files(Page):
    """Files, newest first."""

    heading = "Files"
    summary = "Files, newest first; remove."
    list_display = ("filename", "size", "uploaded_at", "state", "uploaded_by")
    list_select_related = ("uploaded_by",)
    ordering = ("-id",)
    search_order = ("filename",)
    search_fields = ("filename",)
    search_help_text = "The beginning of a filename."
    fields = (
        "filename", "release", "packagetype", "python_version", "requires_python", "size", "sha256", "blake2_256",
        "md5", "uploaded_at", "uploaded_by", "publisher", "user_agent", "yanked_at", "yanked_reason", *_STATE,
    )  # fmt: skip
    deeds = acts.FILE_ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the name."""
        return beginning(rows, "filename", text)

    @display(description="State")
    def state(self, file: File) -> str:
        """Say whether it is offered."""
        return _state(file)


@register(ProjectRole, site=site)
class Roles(Page):
    """Who works on what."""

    heading = "Roles on projects"
    summary = "Roles of people on projects; change, take."
    list_display = ("label", "project", "role")
    list_select_related = ("project", "user")
    ordering = ("-id",)
    search_fields = ("project",)
    search_help_text = _PROJECT_OR_PERSON
    fields = ("project", "user", "role")
    deeds = acts.ROLE_ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project or person."""
        return of_project(rows, text)

    @display(description="Person")
    def label(self, role: ProjectRole) -> str:
        """Name the person."""
        return role.user.username


@register(Invitation, site=site)
class Invitations(Page):
    """Offers of roles that wait for an answer."""

    heading = "Invitations to projects"
    summary = "Offers of roles on projects that nobody answered yet; revoke."
    list_display = ("label", "project", "role", "invited_by", "expires_at")
    list_select_related = ("project", "user")
    ordering = ("-id",)
    search_fields = ("project",)
    search_help_text = _PROJECT_OR_PERSON
    fields = ("project", "user", "role", "invited_by", "expires_at")
    deeds = acts.INVITATION_ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project or person."""
        return of_project(rows, text)

    @display(description="Person")
    def label(self, invitation: Invitation) -> str:
        """Name the person."""
        return invitation.user.username


@register(ProjectPublisher, site=site)
class Publishers(Page):
    """Who may publish by a build service's word."""

    heading = "Trusted publishers"
    summary = "Trusted publishers of projects; remove."
    list_display = ("label", "project", "created_by", "last_used_at")
    list_select_related = ("project", "publisher")
    ordering = ("-id",)
    search_fields = ("project",)
    search_help_text = "The name of a project."
    fields = ("project", "publisher", "pinned", "created_at", "created_by", "last_used_at", "published_at")
    deeds = acts.PUBLISHER_ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project."""
        return of_project(rows, text.removeprefix("@"))

    @display(description="Publisher")
    def label(self, found: ProjectPublisher) -> str:
        """Name the publisher."""
        return str(found.publisher)


@register(PendingPublisher, site=site)
class PendingPublishers(Page):
    """Publishers of projects that do not exist yet."""

    heading = "Pending publishers"
    summary = "Trusted publishers of projects that do not exist yet."
    list_display = ("project_name", "provider", "place", "user", "expires_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("project_name",)
    search_help_text = "The name of a project, or @ and a username."
    fields = ("project_name", "provider", "issuer", "fields", "user", "created_at", "expires_at")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project or person."""
        if text.startswith("@"):
            return of_project(rows, text)
        return rows.filter(normalized_name=canonicalize_name(text))


@register(Entry, site=site)
class Journal(Page):
    """Every change of the index."""

    heading = "Journal"
    summary = "Every change of the index, newest first. Nobody changes it."
    list_display = ("serial", "at", "project", "version", "action", "actor")
    ordering = ("-serial",)
    search_fields = ("project",)
    search_help_text = "The name of a project."
    fields = ("serial", "at", "project", "version", "action", "actor")
    readonly_fields = ("serial",)

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project."""
        return rows.filter(normalized_name=canonicalize_name(text))
