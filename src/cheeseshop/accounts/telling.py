# SPDX-License-Identifier: Apache-2.0
"""Mails to the site's administrators."""

from django.db.models import Q

from cheeseshop.access.site_roles import SiteRole
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User

_MOST = 50


def deciders() -> list[User]:
    """Return the site's active keepers who decide anything: all but those who only read or report."""
    decide = Q(is_superuser=True) | Q(groups__isnull=True) | Q(groups__name__in=[SiteRole.MODERATOR, SiteRole.SUPPORT])
    rows = User.objects.filter(decide, is_staff=True, is_active=True, frozen_at=None)
    return list(rows.distinct().order_by("pk")[:_MOST])


def tell_administrators(what: str, link: str) -> None:
    """Mail every active administrator that something waits for them. ``what`` begins the subject."""
    for person in deciders():
        history.mail(person, "decision-waits", waiting=what, link=link)
