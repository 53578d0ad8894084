# SPDX-License-Identifier: Apache-2.0
"""Removing an account with everything it did: its projects, its organisations' power, its names and tokens.

What goes is shown first, and its digest comes back with the confirmation, so that nothing goes that was not shown. The
account is frozen in the first transaction; each project goes in one of its own, because the journal's counter stays
locked to the end of each; the account goes last. Whatever is cut short can be done again.
"""

import hashlib
import json
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Count, Q

from cheeseshop.access.models import Invitation, ProjectRole
from cheeseshop.access.ownership import solely_owned_organizations
from cheeseshop.accounts.flows.delete_account import erase
from cheeseshop.accounts.flows.prohibit import prohibit_usernames
from cheeseshop.accounts.flows.restrain import By, freeze
from cheeseshop.accounts.models import User
from cheeseshop.administration.acting import Doer
from cheeseshop.administration.lists import Cell, Related
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.flows.remove import remove_project
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.moderation.cases import close_removed
from cheeseshop.organizations.flows.settings import set_active
from cheeseshop.publishers.models import PendingPublisher

MOST = 500


@dataclass(frozen=True, slots=True)
class Goes:
    """A project that goes. ``others``: how many people besides have a role on it."""

    role: ProjectRole
    others: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """What an account holds. ``digest`` changes with what goes."""

    projects: list[Goes]
    organizations: list[str]
    tokens: int
    addresses: int

    @property
    def digest(self) -> str:
        """Return a digest of what goes."""
        told = [[goes.role.project.normalized_name for goes in self.projects], self.organizations, self.tokens]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def footprint(user: User) -> Footprint:
    """Return what an account holds: every project that it has a role of its own on, and what it alone owns."""
    others = Count("project__roles", filter=~Q(project__roles__user=user))
    rows = ProjectRole.objects.filter(user=user).select_related("project").annotate(others=others)
    return Footprint(
        [Goes(role, role.others) for role in rows.order_by("project__normalized_name")[: MOST + 1]],
        solely_owned_organizations(user.pk),
        user.tokens.count(),
        EmailAddress.objects.filter(user=user).count(),
    )


def tables(user: User) -> list[Related]:
    """Return what goes, for the page that asks."""
    found = footprint(user)
    projects = [
        [Cell(goes.role.project.name), Cell(goes.role.role), Cell(goes.others), Cell(_how_much(goes))]
        for goes in found.projects[:MOST]
    ]
    rest = [
        ("API tokens", found.tokens),
        ("E-mail addresses", found.addresses),
        ("Username, prohibited for good", user.username),
    ]
    return [
        Related(
            "Projects that are removed, whoever else works on them",
            ["Project", "Their role", "Others with a role", "Bytes"],
            projects,
            len(found.projects) > MOST,
        ),
        Related(
            "Organisations that are deactivated, because nobody else owns them",
            ["Organisation"],
            [[Cell(name)] for name in found.organizations],
        ),
        Related("The account", ["What", "Which"], [[Cell(name), Cell(which)] for name, which in rest]),
    ]


def _how_much(goes: Goes) -> str:
    return f"{goes.role.project.total_size:,}"


def run(user: User, doer: Doer) -> list[Changed]:
    """Remove an account with everything that was shown.

    Raises:
        Conflict: when what goes is not what was shown.
        Refusal: when it is more than one page shows.
        Forbidden: when it is out of the keeper's reach.
    """
    found = footprint(user)
    if len(found.projects) > MOST:
        raise Refusal(f"{user.username} has roles on more than {MOST} projects; remove some of them first.")
    if found.digest != doer.told["seen"]:
        raise Conflict("What goes has changed since this page was shown; look at it again.")
    with transaction.atomic():
        doer.record()
        if user.frozen_at is None:
            freeze(user, By(doer.keeper, doer.reason))
        for name in found.organizations:
            set_active(name, active=False, administrator=doer.keeper.username)
    removed = [changed for goes in found.projects if (changed := _removed(goes, doer)) is not None]
    with transaction.atomic():
        PendingPublisher.objects.filter(user=user).delete()
        Invitation.objects.filter(user=user).delete()
        prohibit_usernames([user.username], doer.reason)
        erase(User.objects.select_for_update().get(pk=user.pk), None)
    return removed


def _removed(goes: Goes, doer: Doer) -> Changed | None:
    project = goes.role.project_id
    try:
        with transaction.atomic():
            close_removed(Held(project), doer.keeper.username, doer.reason)
            return remove_project(project, doer.keeper.username, held=True)
    except Missing:
        return None  # its other owner was quicker
