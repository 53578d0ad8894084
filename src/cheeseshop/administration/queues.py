# SPDX-License-Identifier: Apache-2.0
"""What waits for the site's keepers, each on a page of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.accounts.models import Recovery
from cheeseshop.claims.models import Claim
from cheeseshop.moderation.models import Case, Observation
from cheeseshop.organizations.models import Application
from cheeseshop.quotas.models import LimitRequest

MOST = 100


@dataclass(frozen=True, slots=True)
class Queue:
    """A page where something waits. ``waiting`` is counted up to a hundred; empty where nothing is counted."""

    text: str
    url: str
    waiting: str = ""
    decides: bool = False


def queues(powers: Iterable[SiteAction]) -> list[Queue]:
    """Return the pages, with what waits on each."""
    able = frozenset(powers)
    open_ = ["open", "asked"]
    counted = [
        ("Account recoveries", "recoveries", Recovery.objects.filter(state__in=open_), SiteAction.RECOVERIES),
        ("Observations", "observations", Observation.objects.filter(verdict=""), SiteAction.MODERATE),
        ("Quarantine", "quarantine", Case.objects.filter(cleared_at=None), SiteAction.MODERATE),
        ("Limit requests", "limit-requests", LimitRequest.objects.filter(state__in=open_), SiteAction.LIMITS),
        ("Name claims", "claim-queue", Claim.objects.filter(state__in=open_), SiteAction.CLAIMS),
        (
            "Organisation applications",
            "organization-applications",
            Application.objects.filter(state="open"),
            SiteAction.ORGANIZATIONS,
        ),
    ]
    found = [Queue(text, reverse(view), _up_to(rows), power in able) for text, view, rows, power in counted]
    found.append(Queue("Leaked tokens", reverse("leaked-tokens"), decides=SiteAction.TOKENS in able))
    found.append(Queue("Hygiene", reverse("hygiene")))
    found += [
        Queue(text, reverse(view), decides=SiteAction.BANNERS in able)
        for text, view in (
            ("Site texts", "site-texts"),
            ("Announcements", "manage-announcements"),
            ("Banners", "banners"),
        )
    ]
    found.append(Queue("Switches and status", reverse("status")))
    if SiteAction.SITE_ROLES in able:
        found.append(Queue("Issuers of trusted publishing", reverse("issuers"), decides=True))
    return found


def _up_to(rows: "object") -> str:
    """Count a queue, but never past a hundred."""
    count = len(rows.values_list("pk")[: MOST + 1])  # type: ignore[attr-defined]
    return f"more than {MOST}" if count > MOST else str(count)
