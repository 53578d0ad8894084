# SPDX-License-Identifier: Apache-2.0
"""What the keepers themselves see and do: observations, claims, limits, banners, switches, mails, deeds."""

from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from packaging.utils import canonicalize_name

from cheeseshop.administration.actions import switches
from cheeseshop.administration.lists import Cell, Choice, Page
from cheeseshop.administration.models import Deed
from cheeseshop.administration.searching import of_project
from cheeseshop.administration.site import site
from cheeseshop.catalog.models import Project
from cheeseshop.claims.models import Claim
from cheeseshop.flags.models import Banner, FlagChange
from cheeseshop.moderation.models import Case, Observation
from cheeseshop.notify.models import Mail
from cheeseshop.quotas.models import LimitRequest

_KEEPING = "Keeping it clean"


def _open(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.filter(state__in=["open", "asked"])


@register(Observation, site=site)
class Observations(Page):
    """What was noticed."""

    heading = "Observations"
    section = _KEEPING
    summary = "What people and checks noticed. Verdicts are given on a page of their own."
    list_display = ("subject", "kind", "reporter", "created_at", "verdict")
    ordering = ("-id",)
    search_fields = ("subject",)
    search_help_text = "The normalised name of a project, or another subject, whole."
    choices = {"undecided": Choice("Undecided", lambda rows: rows.filter(verdict=""))}  # noqa: RUF012 - an option
    fields = (
        "kind", "subject_kind", "subject", "summary", "payload", "reporter", "reported_by", "automatic", "created_at",
        "verdict", "verdict_by", "verdict_at", "verdict_note",
    )  # fmt: skip

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by subject."""
        return rows.filter(subject=text)

    def links(self, row: Observation) -> list[Cell]:
        """Return the page where it is decided."""
        return [Cell("Decide", reverse("observation", args=[row.pk]))]


@register(Case, site=site)
class Cases(Page):
    """What is or was in quarantine."""

    heading = "Quarantine"
    section = _KEEPING
    summary = "What is or was in quarantine, by whom and why. It is let out on a page of its own."
    list_display = ("title", "held_by", "held_at", "cleared_by", "cleared_at")
    ordering = ("-id",)
    search_fields = ("project",)
    search_help_text = "The name of a project that exists."
    choices = {"open": Choice("Held now", lambda rows: rows.filter(cleared_at=None))}  # noqa: RUF012 - an option
    fields = (
        "project", "version", "filename", "reason", "evidence", "observation", "held_by", "held_at", "cleared_by",
        "cleared_at", "cleared_note",
    )  # fmt: skip

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project."""
        found = Project.objects.filter(normalized_name=canonicalize_name(text)).first()
        return rows.filter(project_id=found.pk) if found else rows.none()

    def links(self, row: Case) -> list[Cell]:
        """Return the page where it is let out."""
        return [Cell("Decide", reverse("quarantine-case", args=[row.pk]))]


@register(Claim, site=site)
class Claims(Page):
    """Names that were asked for."""

    heading = "Name claims"
    section = _KEEPING
    summary = "Names that others ask for. They are decided on a page of their own."
    list_display = ("project_name", "claimant_name", "ground", "state", "opened_at", "decided_by")
    ordering = ("-id",)
    search_fields = ("project_name",)
    search_help_text = "The name of a project."
    choices = {"open": Choice("Undecided", _open)}  # noqa: RUF012 - an option
    fields = ("project_name", "claimant_name", "ground", "reasons", "plan", "state", "opened_at", "decided_by")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by name."""
        return rows.filter(normalized_name=canonicalize_name(text))

    def links(self, row: Claim) -> list[Cell]:
        """Return the page where it is decided."""
        return [Cell("Decide", reverse("claim", args=[row.pk]))]


@register(LimitRequest, site=site)
class LimitRequests(Page):
    """Larger limits that were asked for."""

    heading = "Limit requests"
    section = _KEEPING
    summary = "Larger limits that owners ask for. They are decided on a page of their own."
    list_display = ("id", "project", "asked_by", "state", "opened_at", "decided_by")
    list_select_related = ("project", "asked_by")
    ordering = ("-id",)
    search_fields = ("project",)
    search_help_text = "The name of a project."
    choices = {"open": Choice("Undecided", _open)}  # noqa: RUF012 - an option
    fields = ("project", "asked_by", "state", "file_size", "total_size", "reason", "note", "opened_at", "decided_by")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by project."""
        return of_project(rows, text.removeprefix("@"))

    def links(self, row: LimitRequest) -> list[Cell]:
        """Return the page where it is decided."""
        return [Cell("Decide", reverse("limit-request", args=[row.pk]))]


@register(Banner, site=site)
class Banners(Page):
    """What the site tells everybody."""

    heading = "Banners"
    section = _KEEPING
    summary = "What the site, or one project's pages, tell everybody. They are put up elsewhere."
    list_display = ("text", "level", "normalized_name", "starts_at", "ends_at", "by")
    ordering = ("-id",)
    fields = ("text", "level", "link", "normalized_name", "language", "starts_at", "ends_at", "by")

    def links(self, row: Banner) -> list[Cell]:
        """Return the page where banners are put up and taken down."""
        return [Cell("Put up and take down", reverse("banners"))]


@register(FlagChange, site=site)
class Switches(Page):
    """Who turned which switch when."""

    heading = "Switches"
    section = _KEEPING
    summary = "Who turned which switch when, and why; turn one."
    list_display = ("name", "on", "by", "at", "note")
    ordering = ("-id",)
    fields = ("name", "on", "notify", "note", "by", "at")
    list_deeds = switches.ACTIONS


@register(Mail, site=site)
class Mails(Page):
    """Mails that wait, or were given up. Their text is not shown: it holds links that log people in."""

    heading = "Mails"
    section = _KEEPING
    summary = "Mails that wait for delivery, or were given up."
    list_display = ("recipient", "kind", "created_at", "attempts", "due_at")
    ordering = ("-id",)
    fields = ("recipient", "kind", "subject", "created_at", "due_at", "attempts", "error")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Leave the text unread."""
        return super().get_queryset(request).defer("text", "html")


@register(Deed, site=site)
class Deeds(Page):
    """What keepers did."""

    heading = "Deeds of keepers"
    section = _KEEPING
    summary = "What keepers did, to whom, and why. Nobody changes it."
    list_display = ("at", "actor", "action", "subject", "reason")
    ordering = ("-id",)
    search_fields = ("actor",)
    search_help_text = "The username of a keeper, in that case."
    fields = ("at", "actor", "address", "action", "kind", "subject", "reason", "detail")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by who did it."""
        return rows.filter(actor=text.removeprefix("@"))
