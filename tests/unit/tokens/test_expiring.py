# SPDX-License-Identifier: Apache-2.0
"""A week before a token ends its owner gets a mail, once."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from cheeseshop.accounts.models import User
from cheeseshop.core.clock import now
from cheeseshop.notify.models import Mail
from cheeseshop.tokens.expiring import tell_daily, tell_of_expiry
from cheeseshop.tokens.models import Token
from tests.support.factories import make_token, make_user

pytestmark = pytest.mark.django_db


def made(user: User, lasts: int, days_ago: float) -> Token:
    """A token that was made some days ago to last some days."""
    before = set(Token.objects.values_list("pk", flat=True))
    make_token(user, expires_days=lasts)
    token = Token.objects.exclude(pk__in=before).get()
    token.created_at = now() - timedelta(days=days_ago)
    token.caveats[-1][1] = int((token.created_at + timedelta(days=lasts)).timestamp())
    token.save()
    return token


def test_each_token_is_announced_once_within_its_last_week() -> None:
    user = make_user()
    soon = made(user, 30, 24)
    made(user, 30, 22)  # eight days are left
    made(user, 30, 31)  # over
    made(user, 7, 1)  # was never to last longer
    make_token(user)  # never ends
    Mail.objects.all().delete()
    assert [tell_of_expiry(), tell_of_expiry()] == [1, 0]
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("token-expiring", "alice@example.org")
    assert soon.description in mail.text
    assert f"{soon.expires_at:%Y-%m-%d %H:%M} UTC" in mail.text


def test_people_who_are_gone_get_no_mail() -> None:
    user = make_user()
    made(user, 30, 24)
    User.objects.update(is_active=False)
    assert tell_of_expiry() == 0


def test_workers_do_it_once_a_day() -> None:
    cache.delete("expiry-told")
    user = make_user()
    made(user, 30, 24)
    tell_daily()
    made(user, 30, 24)
    Mail.objects.all().delete()
    tell_daily()
    assert not Mail.objects.filter(kind="token-expiring").exists()
    cache.delete("expiry-told")
    tell_daily()
    assert Mail.objects.filter(kind="token-expiring").count() == 1
