# SPDX-License-Identifier: Apache-2.0
"""Names, domains and networks that are refused."""

from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from packaging.utils import canonicalize_name

from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedNetwork, ProhibitedUsername
from cheeseshop.administration.actions import prohibitions as acts
from cheeseshop.administration.lists import Page
from cheeseshop.administration.searching import beginning
from cheeseshop.administration.site import site
from cheeseshop.catalog.models import ProhibitedName


@register(ProhibitedName, site=site)
class Names(Page):
    """Names that no new project may take."""

    heading = "Names of projects"
    section = "Prohibited"
    summary = "Names that no new project may take; prohibit, allow."
    list_display = ("normalized_name", "comment")
    ordering = ("normalized_name",)
    search_fields = ("normalized_name",)
    search_help_text = "The beginning of a name."
    fields = ("normalized_name", "comment")
    deeds = (acts.ALLOW_NAME,)
    list_deeds = (acts.PROHIBIT_NAMES,)

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the name."""
        return beginning(rows, "normalized_name", canonicalize_name(text))


@register(ProhibitedUsername, site=site)
class Usernames(Page):
    """Names that nobody may register."""

    heading = "Usernames"
    section = "Prohibited"
    summary = "Usernames that nobody may register; prohibit, allow."
    list_display = ("name", "comment")
    ordering = ("name",)
    search_fields = ("name",)
    search_help_text = "The beginning of a name."
    fields = ("name", "comment")
    deeds = (acts.ALLOW_USERNAME,)
    list_deeds = (acts.PROHIBIT_USERNAMES,)

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the name."""
        return beginning(rows, "name", text.lower())


@register(ProhibitedDomain, site=site)
class Domains(Page):
    """Domains whose addresses are refused."""

    heading = "Domains of addresses"
    section = "Prohibited"
    summary = "Domains whose e-mail addresses are refused; prohibit, allow."
    list_display = ("domain", "comment")
    ordering = ("domain",)
    search_fields = ("domain",)
    search_help_text = "The beginning of a domain."
    fields = ("domain", "comment")
    deeds = (acts.ALLOW_DOMAIN,)
    list_deeds = (acts.PROHIBIT_DOMAINS,)

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the domain."""
        return beginning(rows, "domain", text.lower())


@register(ProhibitedNetwork, site=site)
class Networks(Page):
    """Networks from which nobody enters."""

    heading = "Network addresses"
    section = "Prohibited"
    summary = "Addresses and networks from which nobody logs in or registers; prohibit, allow."
    list_display = ("network", "comment")
    ordering = ("network",)
    search_fields = ("network",)
    search_help_text = "The beginning of a network, as it is written."
    fields = ("network", "comment")
    deeds = (acts.ALLOW_NETWORK,)
    list_deeds = (acts.PROHIBIT_NETWORKS,)

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the network."""
        return beginning(rows, "network", text.lower())
