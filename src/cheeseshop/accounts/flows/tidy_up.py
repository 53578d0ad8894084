# SPDX-License-Identifier: Apache-2.0
"""What is done each hour: forget network addresses, drop sessions and devices that nobody uses any more."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from cheeseshop.accounts.history import forget_addresses
from cheeseshop.accounts.models import KnownDevice
from cheeseshop.core.clock import now

_DEVICE_KEPT = timedelta(days=365)


def tidy_up() -> None:
    """Do all of it. Safe to run twice at once."""
    forget_addresses()
    moment = now()
    Session.objects.filter(expire_date__lt=moment).delete()
    kept = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(kept), last_seen_at__lt=moment - timedelta(hours=1)).delete()
    KnownDevice.objects.filter(confirmed_at__lt=moment - _DEVICE_KEPT).delete()
