# SPDX-License-Identifier: Apache-2.0
"""What every change of an organisation begins and ends with."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden, Missing
from cheeseshop.flags.state import check
from cheeseshop.organizations.models import HistoryEntry, MemberRole, Organization, Team

LASTS = timedelta(days=30)


def locked(organization: UUID) -> Organization:
    """Lock an organisation's row for a change by its people. Needs an open transaction.

    Raises:
        Missing: when it is gone.
        Forbidden: while it is deactivated, or the index is read-only.
    """
    return several_locked(organization)[0]


def several_locked(*organizations: UUID) -> list[Organization]:
    """Lock the rows of organisations, always in the same order, and return them in the order asked for.

    Raises:
        Missing: when one is gone.
        Forbidden: while one is deactivated, or the index is read-only.
    """
    settings = current.settings()
    check()
    rows = Organization.objects.select_for_update().filter(pk__in=organizations).order_by("pk")
    found = {each.pk: each for each in rows}
    if len(found) < len(set(organizations)):
        raise Missing(gettext("This organisation does not exist any more."))
    for each in found.values():
        if each.deactivated_at is not None:
            raise Forbidden(
                gettext("The organisation %(name)s is deactivated; write to %(contact)s.")
                % {"name": each.name, "contact": settings.contact}
            )
    return [found[each] for each in organizations]


def write(organization: Organization, actor: str, action: str, subject: str = "", team: Team | None = None) -> None:
    """Write a line of the organisation's history. ``action`` is an event tag of the contract."""
    HistoryEntry.objects.create(
        organization=organization, actor=actor, action=action, subject=subject[:300], team=team.name if team else ""
    )


def owners_of(organization: Organization) -> list[User]:
    """Return the owners of an organisation."""
    return list(User.objects.filter(memberships__organization=organization, memberships__role=MemberRole.OWNER))


def tell(organization: Organization, kind: str, *also: User, **told: object) -> None:
    """Mail an organisation's owners, and ``also`` others, once each."""
    for person in {each.pk: each for each in (*owners_of(organization), *also)}.values():
        history.mail(person, kind, organization=organization.name, **told)


def team_locked(team: UUID) -> tuple[Organization, Team]:
    """Lock the organisation of a team, and return both. Needs an open transaction.

    Raises:
        Missing: when either is gone.
        Forbidden: as ``locked``.
    """
    found = Team.objects.filter(pk=team).first()
    if found is None:
        raise Missing(gettext("This team does not exist any more."))
    organization = locked(found.organization_id)
    again = Team.objects.filter(pk=team).first()
    if again is None:
        raise Missing(gettext("This team does not exist any more."))
    return organization, again
