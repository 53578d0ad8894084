# SPDX-License-Identifier: Apache-2.0
"""What is known about a claimed name, and who may read of a claim."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto

from django.db.models import Max, QuerySet

from cheeseshop.access.models import Role
from cheeseshop.access.ownership import Listing, held
from cheeseshop.access.ownership import owners_of as owned_by
from cheeseshop.access.permissions import Action, may
from cheeseshop.access.site_roles import SiteAction, site_powers
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.claims.criteria import Criterion, criteria
from cheeseshop.claims.models import Claim
from cheeseshop.core.clock import now

_MOST_PROJECTS = 20_000  # of one person are looked at

# Whoever counts downloads says so when the program starts: those of a project within the last thirty days.
downloads: Callable[[Project], int] | None = None


class Part(Flag):
    """What somebody is to a claim."""

    NOTHING = 0
    CLAIMANT = auto()
    OWNER = auto()
    READER = auto()  # owned the project when it was asked for, or reads what the site's keepers do
    ADMINISTRATOR = auto()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the index knows of a project. ``downloads`` is None where nobody counts them."""

    created: datetime
    releases: int
    last_upload: datetime | None
    owners: list[User]
    downloads: int | None


def owners_of(project: Project) -> "QuerySet[User]":
    """Return the active owners of a project, by name."""
    return User.objects.filter(pk__in=owned_by(project.pk), is_active=True, service_of=None).order_by("username")


def facts_of(project: Project) -> Facts:
    """Gather what is known."""
    return Facts(
        project.created_at,
        Release.objects.filter(project=project).count(),
        last_upload(project),
        list(owners_of(project)),
        downloads(project) if downloads else None,
    )


def last_upload(project: Project) -> datetime | None:
    """Return when the newest file came, or None where there is none."""
    found: datetime | None = File.objects.filter(release__project=project).aggregate(at=Max("uploaded_at"))["at"]
    return found


def criteria_of(claim: Claim) -> list[Criterion]:
    """Return what is looked at for a claim, and whether it is met."""
    last = last_upload(claim.project) if claim.project else None
    return criteria(claim, last, claim.tries.filter(by=claim.claimant_name).count(), now())


def part_of(claim: Claim, user: User) -> Part:
    """Tell what somebody is to a claim."""
    found = Part.NOTHING
    if claim.claimant_id == user.pk:
        found |= Part.CLAIMANT
    if claim.project and may(user, Action.ADMIN, claim.project.pk):
        found |= Part.OWNER
    if str(user.pk) in claim.owners:
        found |= Part.READER
    powers = site_powers(user)
    if SiteAction.READ in powers:
        found |= Part.READER
    if SiteAction.CLAIMS in powers:
        found |= Part.ADMINISTRATOR
    return found


def claims_by(user: User, limit: int = 100) -> list[Claim]:
    """Return what somebody asked for, newest first."""
    return list(Claim.objects.filter(claimant=user).order_by("-id")[:limit])


def claims_upon(user: User, limit: int = 100) -> list[Claim]:
    """Return what others ask of projects that somebody owns in any way, and is undecided, newest first."""
    owned = [project for project, role in held(user.pk, Listing(limit=_MOST_PROJECTS)) if role == Role.OWNER]
    return list(Claim.objects.filter(project__in=owned, state__in=["open", "asked"]).order_by("-id")[:limit])
