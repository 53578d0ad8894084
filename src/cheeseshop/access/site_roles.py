# SPDX-License-Identifier: Apache-2.0
"""Who keeps the index clean: the roles of the site, and the one function that answers what each may do.

A role is a group of its name, given by an administrator, by command, or by single sign-on; the administrator's is the
mark of a superuser. Roles add up. What a role may do on the site has nothing to do with roles on projects.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from cheeseshop import sql


class SiteRole(StrEnum):
    """What somebody is to the site."""

    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    MODERATOR = "moderator"
    AUDITOR = "auditor"
    OBSERVER = "observer"


class SiteAction(StrEnum):
    """What can be done on the site. ``READ``: every administration page. Every other but ``REPORT`` is a change."""

    READ = "read"
    REPORT = "report"
    MODERATE = "moderate"
    RECOVERIES = "recoveries"
    LIMITS = "limits"
    CLAIMS = "claims"
    ORGANIZATIONS = "organizations"
    FREEZE = "freeze"
    ACCOUNTS = "accounts"
    TOKENS = "tokens"
    PROJECT_ROLES = "project-roles"
    REMOVE = "remove"
    PROHIBIT = "prohibit"
    BANNERS = "banners"
    FLAGS = "flags"
    NUKE = "nuke"
    SITE_ROLES = "site-roles"


class Keeper(Protocol):
    """Who acts. ``is_staff``: has a site role; ``is_superuser``: the administrator's."""

    @property
    def id(self) -> UUID:
        """The account's id."""

    @property
    def may_act(self) -> bool:
        """Whether the account is neither inactive nor frozen."""

    is_staff: bool
    is_superuser: bool


_MODERATOR = frozenset({
    SiteAction.READ, SiteAction.REPORT, SiteAction.MODERATE, SiteAction.LIMITS, SiteAction.CLAIMS, SiteAction.FREEZE,
    SiteAction.TOKENS, SiteAction.PROJECT_ROLES, SiteAction.REMOVE, SiteAction.PROHIBIT,
})  # fmt: skip
_SUPPORT = frozenset({
    SiteAction.READ, SiteAction.RECOVERIES, SiteAction.LIMITS, SiteAction.CLAIMS, SiteAction.ORGANIZATIONS,
    SiteAction.PROJECT_ROLES, SiteAction.TOKENS, SiteAction.ACCOUNTS,
})  # fmt: skip
POWERS: dict[str, frozenset[SiteAction]] = {
    SiteRole.ADMINISTRATOR.value: frozenset(SiteAction),
    SiteRole.SUPPORT.value: _SUPPORT,
    SiteRole.MODERATOR.value: _MODERATOR,
    SiteRole.AUDITOR.value: frozenset({SiteAction.READ}),
    SiteRole.OBSERVER.value: frozenset({SiteAction.REPORT}),
}
_BEFORE_ROLES = _MODERATOR | _SUPPORT | {SiteAction.BANNERS}  # of a mark that was set by hand, before roles

_GROUPS = """
SELECT g.name FROM auth_group g JOIN accounts_user_groups m ON m.group_id = g.id WHERE m.user_id = %s"""


def powers_of(roles: Iterable[str]) -> frozenset[SiteAction]:
    """Return what these roles may do together. Words that are no role give nothing."""
    return frozenset().union(*(POWERS.get(role, frozenset()) for role in roles))


def site_roles(keeper: Keeper) -> list[str]:
    """Return somebody's site roles, in the order of their weight. One statement at most."""
    groups = {row[0] for row in sql.every(_GROUPS, keeper.id)} if keeper.is_staff else set()
    groups |= {SiteRole.ADMINISTRATOR.value} if keeper.is_superuser else set()
    return [role.value for role in SiteRole if role.value in groups]


def site_powers(keeper: Keeper) -> frozenset[SiteAction]:
    """Return everything that somebody may do on the site now. One statement at most."""
    if not keeper.may_act or not (keeper.is_staff or keeper.is_superuser):
        return frozenset()
    if keeper.is_superuser:
        return POWERS[SiteRole.ADMINISTRATOR.value]
    groups = [row[0] for row in sql.every(_GROUPS, keeper.id)]
    return powers_of(groups) if groups else _BEFORE_ROLES


def may_on_site(keeper: Keeper, action: SiteAction) -> bool:
    """Tell whether somebody may do ``action`` on the site now."""
    return action in site_powers(keeper)
