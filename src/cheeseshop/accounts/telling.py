# SPDX-License-Identifier: Apache-2.0
"""Mails to the site's administrators."""

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User

_MOST = 50


def tell_administrators(what: str, link: str) -> None:
    """Mail every active administrator that something waits for them. ``what`` begins the subject."""
    for person in User.objects.filter(is_staff=True, is_active=True, frozen_at=None).order_by("pk")[:_MOST]:
        history.mail(person, "decision-waits", waiting=what, link=link)
