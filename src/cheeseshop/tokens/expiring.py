# SPDX-License-Identifier: Apache-2.0
"""Mails about tokens that expire soon: one for each token, a week before its end."""

from datetime import timedelta

from django.core.cache import cache
from django.db import transaction

from cheeseshop.accounts import history
from cheeseshop.core.clock import now
from cheeseshop.tokens.models import Token

SOON = timedelta(days=7)
_DAY = 24 * 3600


def tell_daily() -> None:
    """Tell whose tokens expire soon, unless one of the workers did so within the day."""
    if cache.add("expiry-told", 1, _DAY):
        tell_of_expiry()


def tell_of_expiry() -> int:
    """Mail the owner of each token that expires within a week, once, and return how many mails were due.

    A token that was made to last no longer than a week has just been made: its owner knows.
    """
    moment = now()
    told = 0
    waiting = Token.objects.filter(expiry_told_at=None, user__is_active=True).select_related("user")
    for token in waiting.iterator(chunk_size=500):
        end = token.expires_at
        if token.user is None or end is None or not moment < end <= moment + SOON or end - token.created_at <= SOON:
            continue
        with transaction.atomic():
            if Token.objects.filter(pk=token.pk, expiry_told_at=None).update(expiry_told_at=moment):
                expires = f"{end:%Y-%m-%d %H:%M} UTC"
                history.mail(token.user, "token-expiring", token=token.description, expires=expires)
                told += 1
    return told
