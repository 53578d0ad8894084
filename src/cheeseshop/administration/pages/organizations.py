# SPDX-License-Identifier: Apache-2.0
"""Organisations, their members, invitations and applications."""

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.urls import reverse

from cheeseshop.administration.actions import organizations as acts
from cheeseshop.administration.lists import Cell, Page, Related, link, related
from cheeseshop.administration.searching import beginning, of_person
from cheeseshop.administration.site import site
from cheeseshop.catalog.models import Project
from cheeseshop.organizations.models import (
    Application,
    HistoryEntry,
    MemberInvitation,
    Membership,
    Organization,
    normalized,
)

_ORGANIZATION_OR_PERSON = "The name of an organisation, or @ and a username."


def _of_organization(rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
    if text.startswith("@"):
        return of_person(rows, text)
    return rows.filter(organization__normalized_name=normalized(text))


@register(Organization, site=site)
class Organizations(Page):
    """Organisations by name."""

    heading = "Organisations"
    section = "Organisations"
    summary = "Organisations: members, projects, history; deactivate, activate."
    list_display = ("name", "display_name", "kind", "created_at", "deactivated_at")
    ordering = ("normalized_name",)
    search_fields = ("name",)
    search_help_text = "The beginning of a name."
    fields = (
        "name", "display_name", "kind", "url", "description", "created_at", "deactivated_at", "max_file_size",
        "max_total_size",
    )  # fmt: skip
    deeds = acts.ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the normalised name."""
        return beginning(rows, "normalized_name", normalized(text))

    def related(self, row: Organization) -> list[Related]:
        """Return what belongs to an organisation."""
        members = Membership.objects.filter(organization=row).select_related("user").order_by("user__username")
        projects = Project.objects.filter(organization=row).order_by("normalized_name")
        lines = HistoryEntry.objects.filter(organization=row).order_by("-id")
        return [
            related("Members", ["Person", "Role"], members, lambda each: [link(each.user), link(each, each.role)]),
            related("Projects", ["Project", "Status"], projects, lambda each: [link(each), Cell(each.status)]),
            related(
                "History",
                ["When", "Who", "What", "Of"],
                lines,
                lambda line: [Cell(line.at), Cell(line.actor), Cell(line.action), Cell(line.subject)],
            ),
        ]

    def links(self, row: Organization) -> list[Cell]:
        """Return the public page."""
        return [Cell("Public page", reverse("organization", args=[row.name]))]


@register(Membership, site=site)
class Memberships(Page):
    """Who belongs to which organisation."""

    heading = "Members"
    section = "Organisations"
    summary = "Members of organisations."
    list_display = ("label", "organization", "role", "joined_at")
    list_select_related = ("organization", "user")
    ordering = ("-id",)
    search_fields = ("organization",)
    search_help_text = _ORGANIZATION_OR_PERSON
    fields = ("organization", "user", "role", "is_public", "joined_at")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by organisation or person."""
        return _of_organization(rows, text)

    @display(description="Person")
    def label(self, membership: Membership) -> str:
        """Name the person."""
        return membership.user.username


@register(MemberInvitation, site=site)
class MemberInvitations(Page):
    """Offers of memberships that wait for an answer."""

    heading = "Invitations to organisations"
    section = "Organisations"
    summary = "Offers of memberships that nobody answered yet."
    list_display = ("label", "organization", "role", "invited_by", "expires_at")
    list_select_related = ("organization", "user")
    ordering = ("-id",)
    search_fields = ("organization",)
    search_help_text = _ORGANIZATION_OR_PERSON
    fields = ("organization", "user", "role", "invited_by", "sent_at", "expires_at")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by organisation or person."""
        return _of_organization(rows, text)

    @display(description="Person")
    def label(self, invitation: MemberInvitation) -> str:
        """Name the person."""
        return invitation.user.username


@register(Application, site=site)
class Applications(Page):
    """Applications for organisations."""

    heading = "Applications"
    section = "Organisations"
    summary = "Applications for organisations. They are decided on a page of their own."
    list_display = ("name", "applicant", "kind", "state", "submitted_at", "decided_by")
    list_select_related = ("applicant",)
    ordering = ("-id",)
    search_fields = ("applicant",)
    search_help_text = "A username."
    fields = ("name", "display_name", "kind", "url", "applicant", "statement", "state", "reason", "decided_by")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by who applied."""
        return of_person(rows, text, "applicant")

    def links(self, row: Application) -> list[Cell]:
        """Return the page where it is decided."""
        return [Cell("Decide", reverse("decide-application", args=[row.pk]))]
