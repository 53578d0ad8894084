# SPDX-License-Identifier: Apache-2.0
"""What keepers do to organisations."""

from cheeseshop.access.site_roles import SiteAction
from cheeseshop.administration.acting import Action, Doer
from cheeseshop.organizations.flows.settings import set_active
from cheeseshop.organizations.models import Organization


def _deactivate(organization: Organization, doer: Doer) -> None:
    set_active(organization.name, active=False, administrator=doer.keeper.username)


def _activate(organization: Organization, doer: Doer) -> None:
    set_active(organization.name, active=True, administrator=doer.keeper.username)


ACTIONS = (
    Action(
        "deactivate",
        "Deactivate",
        SiteAction.ORGANIZATIONS,
        _deactivate,
        "Nothing of it can be changed, its service accounts and projects take no uploads; everything stays "
        "installable. Its owners are told. It can be taken back.",
        when=lambda organization: organization.deactivated_at is None,
        typed=lambda organization: organization.name,
        danger=True,
    ),
    Action(
        "activate",
        "Activate",
        SiteAction.ORGANIZATIONS,
        _activate,
        "It can go on. Its owners are told.",
        when=lambda organization: organization.deactivated_at is not None,
    ),
)
