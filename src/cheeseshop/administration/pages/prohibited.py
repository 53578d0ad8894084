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


class _Prohibited(Page):
    """Words that are refused, each kept in lower case, with why. They are listed and searched by the word."""

    section = "Prohibited"

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the word."""
        return beginning(rows, self.search_fields[0], text.lower())


@register(ProhibitedName, site=site)
class Names(_Prohibited):
    """Names that no new project may take."""

    heading = "Names of projects"
    summary = "Names that no new project may take; prohibit, allow."
    list_display = ("normalized_name", "comment")
    ordering = ("normalized_name",)
    search_fields = ("normalized_name",)
    search_help_text = "The beginning of a name."
    fields = ("normalized_name", "comment")
    deeds = (acts.ALLOW_NAME,)
    list_deeds = (acts.PROHIBIT_NAMES,)

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Search by the beginning of the name, in any spelling."""
        return super().find(rows, canonicalize_name(text))


@register(ProhibitedUsername, site=site)
class Usernames(_Prohibited):
    """Names that nobody may register."""

    heading = "Usernames"
    summary = "Usernames that nobody may register; prohibit, allow."
    list_display = ("name", "comment")
    ordering = ("name",)
    search_fields = ("name",)
    search_help_text = "The beginning of a name."
    fields = ("name", "comment")
    deeds = (acts.ALLOW_USERNAME,)
    list_deeds = (acts.PROHIBIT_USERNAMES,)


@register(ProhibitedDomain, site=site)
class Domains(_Prohibited):
    """Domains whose addresses are refused."""

    heading = "Domains of addresses"
    summary = "Domains whose e-mail addresses are refused; prohibit, allow."
    list_display = ("domain", "comment")
    ordering = ("domain",)
    search_fields = ("domain",)
    search_help_text = "The beginning of a domain."
    fields = ("domain", "comment")
    deeds = (acts.ALLOW_DOMAIN,)
    list_deeds = (acts.PROHIBIT_DOMAINS,)


@register(ProhibitedNetwork, site=site)
class Networks(_Prohibited):
    """Networks from which nobody enters."""

    heading = "Network addresses"
    summary = "Addresses and networks from which nobody logs in or registers; prohibit, allow."
    list_display = ("network", "comment")
    ordering = ("network",)
    search_fields = ("network",)
    search_help_text = "The beginning of a network, as it is written."
    fields = ("network", "comment")
    deeds = (acts.ALLOW_NETWORK,)
    list_deeds = (acts.PROHIBIT_NETWORKS,)
