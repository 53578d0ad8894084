# SPDX-License-Identifier: Apache-2.0
"""Keepers of the site: people with a role on it, logged in."""

from cheeseshop.access.site_roles import SiteRole
from cheeseshop.accounts.flows.restrain import By, set_site_roles
from cheeseshop.accounts.models import User
from tests.support.actors import Visitor, enter, insider


def keeper(role: SiteRole | None, name: str = "keeper") -> tuple[User, Visitor]:
    """Somebody with a role on the site (None: without one), logged in with a second factor."""
    user, visitor = insider(name)
    if role is not None:
        set_site_roles(user, {role}, By(None, "a test"))
        enter(User.objects.get(pk=user.pk), visitor)
    return user, visitor
