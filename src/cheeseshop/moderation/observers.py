# SPDX-License-Identifier: Apache-2.0
"""Trusted observers: those whose reports weigh more, and who report by the API. The site's roles say who they are."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from cheeseshop.access.site_roles import SiteAction, may_on_site
from cheeseshop.accounts.models import User


def trusted_of(people: Iterable[UUID]) -> frozenset[UUID]:
    """Return those who may report as observers now. One statement for each who has a role on the site at all."""
    keepers = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True), pk__in=list(people))
    return frozenset(user.pk for user in keepers if may_on_site(user, SiteAction.REPORT))


def is_trusted(person: UUID) -> bool:
    """Tell whether somebody is a trusted observer now."""
    return bool(trusted_of([person]))
