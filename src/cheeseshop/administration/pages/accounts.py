# SPDX-License-Identifier: Apache-2.0
"""People: accounts, addresses, tokens, events, recoveries."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse

from cheeseshop.access.models import ProjectRole
from cheeseshop.access.site_roles import site_roles
from cheeseshop.accounts.models import Recovery, SecurityEvent, User
from cheeseshop.administration.actions import accounts as acts
from cheeseshop.administration.lists import Cell, Choice, Page, Related, link, related
from cheeseshop.administration.searching import beginning, identity, of_person
from cheeseshop.administration.site import site
from cheeseshop.organizations.models import Membership
from cheeseshop.tokens.models import Token


@register(User, site=site)
class Users(Page):
    """People and service accounts."""

    heading = "People"
    section = "People"
    summary = "Accounts: their addresses, tokens, roles and events; freeze, disable, reset, nuke."
    list_display = ("username", "full_name", "email", "standing", "date_joined")
    ordering = (Lower("username"),)
    search_fields = ("username",)
    search_help_text = "The beginning of a username, or of an e-mail address if it has an @."
    choices = {  # noqa: RUF012 - as all of a ModelAdmin's options
        "frozen": Choice("Frozen", lambda rows: rows.filter(frozen_at__isnull=False), ("-frozen_at",)),
        "keepers": Choice("With a role on the site", lambda rows: rows.filter(is_staff=True)),
    }
    fields = (
        "username", "full_name", "email", "public_email", "standing", "roles", "factors", "date_joined", "last_login",
        "frozen_at", "deleted_at", "service_of",
    )  # fmt: skip
    readonly_fields = ("standing", "roles", "factors")
    deeds = acts.ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by name, or by any address of theirs."""
        if "@" in text:
            owners = beginning(EmailAddress.objects.all(), "email", text.lower()).values("user")
            return rows.filter(pk__in=owners)
        return beginning(rows.alias(lower=Lower("username")), "lower", text.lower())

    @display(description="State")
    def standing(self, user: User) -> str:
        """Say in a word what the account may do."""
        if user.deleted_at is not None:
            return "Deleted"
        if not user.is_active:
            return "Disabled"
        if user.frozen_at is not None:
            return "Frozen"
        return "Service account" if user.is_service else "Active"

    @display(description="Roles on the site")
    def roles(self, user: User) -> str:
        """Name the roles on the site."""
        return ", ".join(site_roles(user)) or "None"

    @display(description="Second factors")
    def factors(self, user: User) -> str:
        """Name the kinds of factors, without their secrets."""
        kinds = Authenticator.objects.filter(user=user).values_list("type", flat=True).order_by("type")
        return ", ".join(kinds) or "None"

    def related(self, row: User) -> list[Related]:
        """Return what belongs to a person."""
        emails = EmailAddress.objects.filter(user=row).order_by("-primary", "email")
        roles = ProjectRole.objects.filter(user=row).select_related("project").order_by("project__normalized_name")
        members = Membership.objects.filter(user=row).select_related("organization")
        events = SecurityEvent.objects.filter(user=row).order_by("-at")
        sessions = UserSession.objects.filter(user=row).order_by("-last_seen_at")
        return [
            related("E-mail addresses", ["Address", "Verified", "Primary"], emails, _email),
            related(
                "Roles on projects",
                ["Project", "Role"],
                roles,
                lambda role: [link(role.project), link(role, role.role)],
            ),
            related(
                "Organisations",
                ["Organisation", "Role"],
                members.order_by("organization__normalized_name"),
                lambda each: [link(each.organization), link(each, each.role)],
            ),
            related(
                "API tokens",
                ["Token", "Made", "Last used", "From"],
                Token.objects.filter(user=row).defer("key").order_by("-id"),
                lambda token: [
                    link(token),
                    Cell(token.created_at),
                    Cell(token.last_used_at),
                    Cell(token.last_used_from),
                ],
            ),
            related("Sessions", ["Seen", "From", "With"], sessions, _session),
            related("Events", ["When", "What", "From", "Detail"], events, _event),
        ]

    def links(self, row: User) -> list[Cell]:
        """Return the public page."""
        return [Cell("Public page", reverse("user", args=[row.username]))] if not row.is_service else []


def _email(address: EmailAddress) -> list[Cell]:
    return [link(address), Cell("yes" if address.verified else "no"), Cell("yes" if address.primary else "no")]


def _session(session: UserSession) -> list[Cell]:
    return [Cell(session.last_seen_at), Cell(session.ip), Cell(str(session.user_agent)[:100])]


def _event(event: SecurityEvent) -> list[Cell]:
    return [Cell(event.at), link(event, event.kind), Cell(event.address), Cell(event.detail)]


@register(EmailAddress, site=site)
class Addresses(Page):
    """Every address of everybody."""

    heading = "E-mail addresses"
    section = "People"
    summary = "E-mail addresses, and whose they are."
    list_display = ("email", "user", "verified", "primary")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_order = ("email",)
    search_fields = ("email",)
    search_help_text = "The beginning of an address."
    fields = ("email", "user", "verified", "primary")
    deeds = acts.ADDRESS_ACTIONS

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the address."""
        return beginning(rows, "email", text.lower())


@register(Token, site=site)
class Tokens(Page):
    """API tokens, without what would be a secret."""

    heading = "API tokens"
    section = "People"
    summary = "API tokens: whose, for what, last used when and from where; revoke."
    list_display = ("description", "holder", "created_at", "last_used_at")
    list_select_related = ("user", "publisher")
    ordering = ("-id",)
    search_fields = ("id",)
    search_help_text = "The identity of a token, or @ and a username. Paste tokens on the page of leaked tokens."
    fields = (
        "id", "description", "user", "publisher", "caveats", "created_at", "expires_at", "last_used_at",
        "last_used_from", "issued_by_administrator",
    )  # fmt: skip
    readonly_fields = ("id", "expires_at")
    deeds = acts.TOKEN_ACTIONS

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Never read the keys."""
        return super().get_queryset(request).defer("key", "publisher_facts")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by identity or holder."""
        return of_person(rows, text) if text.startswith("@") else rows.filter(pk=identity(text))

    @display(description="Whose")
    def holder(self, token: Token) -> str:
        """Name the holder."""
        return str(token.user or token.publisher)


@register(SecurityEvent, site=site)
class Events(Page):
    """Security histories."""

    heading = "Security events"
    section = "People"
    summary = "What happened to accounts, newest first."
    list_display = ("at", "user", "kind", "address", "detail")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_order = ("-at",)
    search_fields = ("user",)
    search_help_text = "A username."
    fields = ("user", "kind", "at", "address", "agent", "detail")

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by whom it happened to."""
        return of_person(rows, text)


@register(Recovery, site=site)
class Recoveries(Page):
    """Requests for accounts."""

    heading = "Account recoveries"
    section = "People"
    summary = "Requests of people who can't log in. They are decided on a page of their own."
    list_display = ("user", "state", "reach", "opened_at", "decided_by")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = "A username."
    fields = (
        "user", "state", "reach", "story", "question", "answer", "opened_at", "address", "decided_by", "effective_at",
        "ended_at",
    )  # fmt: skip

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by whose account it is."""
        return of_person(rows, text)

    def links(self, row: Recovery) -> list[Cell]:
        """Return the page where it is decided."""
        return [Cell("Decide", reverse("recovery", args=[row.pk]))]
