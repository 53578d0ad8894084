# SPDX-License-Identifier: Apache-2.0
"""Addresses whose domain lapsed or changed hands lose their proof after the days of grace, and open nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from cheeseshop.accounts import history
from cheeseshop.accounts.flows import check_mail_domains as flow
from cheeseshop.accounts.flows.check_mail_domains import Sources, check
from cheeseshop.accounts.models import SecurityEvent, User
from cheeseshop.accounts.queries import person
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.mail_domains.models import LapsedAddress, MailDomain
from cheeseshop.mail_domains.resolving import DnsResolver
from cheeseshop.notify.models import Mail
from tests.support.actors import Visitor, insider, link_in, newest_mail
from tests.support.factories import make_user
from tests.support.name_server import NameServer

pytestmark = pytest.mark.django_db


class Registry:
    """Says when domains were registered, as it is told to."""

    def __init__(self) -> None:
        self.moments: dict[str, str] = {}

    def registered_at(self, domain: str) -> str:
        return self.moments.get(domain, "")


@pytest.fixture
def alice(names: NameServer) -> User:
    names.has("example.org", "A", "192.0.2.1")
    names.has("other.example", "A", "192.0.2.1")
    user = make_user("alice")
    EmailAddress.objects.create(user=user, email="alice@other.example", verified=True)
    return user


@pytest.fixture
def look(names: NameServer) -> Callable[..., flow.Checked]:
    """Look again, as if days had gone by."""
    resolver = DnsResolver(names.address)

    def again(days: int = 0, registry: Registry | None = None) -> flow.Checked:
        for row in MailDomain.objects.all():
            row.due_at -= timedelta(days=days)
            row.since = row.since and row.since - timedelta(days=days)
            row.save()
        return check(Sources(resolver, registry))

    return again


def verified() -> list[str]:
    return sorted(EmailAddress.objects.filter(verified=True).values_list("email", flat=True))


def test_a_domain_that_lapsed_costs_its_addresses_their_proof(
    alice: User, names: NameServer, look: Callable[..., flow.Checked]
) -> None:
    told = look()
    assert (told.domains, told.doubted, told.addresses) == (2, 0, 0)
    assert look().domains == 0  # a week long
    names.forget("example.org")
    assert look(7).doubted == 1
    assert look(13).addresses == 0
    assert len(verified()) == 2
    assert look(1).addresses == 1
    assert verified() == ["alice@other.example"]
    assert look(1).addresses == 0
    event = SecurityEvent.objects.get(kind="account:email:unverified")
    assert (event.user, event.detail) == (alice, "alice@example.org: the domain takes no mail any more")
    (mail,) = Mail.objects.filter(kind="address-unverified")
    assert mail.recipient == "alice@other.example"
    assert "alice@example.org" in mail.text
    found = person(alice.pk)
    assert found is not None
    assert not found.has_verified_address  # it was the primary one


def test_a_domain_that_comes_back_within_the_grace_costs_nothing(
    alice: User, names: NameServer, look: Callable[..., flow.Checked]
) -> None:
    look()
    names.forget("example.org")
    look(7)
    names.has("example.org", "A", "192.0.2.1")
    look(13)
    names.forget("example.org")
    assert look(7).addresses == 0
    assert look(13).addresses == 0
    assert len(verified()) == 2


def test_a_name_server_that_fails_costs_nothing(
    alice: User, names: NameServer, look: Callable[..., flow.Checked]
) -> None:
    look()
    names.broken.update({"example.org", "other.example"})
    assert look(30).addresses == 0
    assert set(MailDomain.objects.values_list("state", flat=True)) == {"good"}
    names.broken.clear()
    names.forget("example.org")
    look(1)
    names.broken.add("example.org")
    assert look(30).addresses == 0  # in doubt for long, and not found so now
    assert len(verified()) == 2


def test_a_domain_that_was_registered_anew(alice: User, look: Callable[..., flow.Checked]) -> None:
    registry = Registry()
    registry.moments["example.org"] = "2001-01-01"
    assert look(0, registry).doubted == 0
    registry.moments["example.org"] = "2026-01-01"
    assert look(7, registry).doubted == 1
    del registry.moments["example.org"]
    assert look(10, registry).doubted == 1  # it could not be asked
    registry.moments["example.org"] = "2026-01-01"
    assert look(5, registry).addresses == 1
    assert verified() == ["alice@other.example"]
    assert "registered anew" in SecurityEvent.objects.get(kind="account:email:unverified").detail
    EmailAddress.objects.create(user=make_user("bob"), email="new@example.org", verified=True)
    assert look(7, registry).addresses == 0
    assert look(20, registry).addresses == 0
    assert "new@example.org" in verified()


def test_nothing_that_opens_the_account_goes_to_such_an_address(
    names: NameServer, look: Callable[..., flow.Checked]
) -> None:
    user = make_user("alice")
    look()
    assert look(14).addresses == 1
    assert LapsedAddress.objects.count() == 1
    Mail.objects.all().delete()
    for named in ("alice", "alice@example.org"):
        Visitor().post("/account/request-password-reset/", {"email": named})
    history.mail(user, "password-changed")
    assert not Mail.objects.exists()


def test_who_is_inside_can_verify_it_anew(names: NameServer, look: Callable[..., flow.Checked]) -> None:
    user, visitor = insider("alice")
    look()
    assert look(14).addresses == 1
    assert visitor.get("/manage/projects/").headers["location"] == "/manage/unverified-account/"
    visitor.post("/manage/account/emails/", {"email": user.email, "action_send": ""})
    visitor.post(link_in(newest_mail(user.email, "verify-address")))
    assert verified() == [user.email]
    assert not LapsedAddress.objects.exists()
    assert look(1).addresses == 0  # the days of grace begin anew


def test_domains_nobody_has_are_forgotten(alice: User, look: Callable[..., flow.Checked]) -> None:
    look()
    EmailAddress.objects.filter(email__endswith="other.example").delete()
    look()
    assert list(MailDomain.objects.values_list("domain", flat=True)) == ["example.org"]


def test_once_a_day_where_the_setting_says_so(alice: User, names: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    flow.check_daily()
    assert not MailDomain.objects.exists()
    conf = replace(current.settings(), check_lapsed_domains=True, dns_servers=names.address)
    monkeypatch.setattr(current, "settings", lambda: conf)
    flow.check_daily()
    assert MailDomain.objects.filter(due_at__gt=now()).count() == 2
    asked = len(names.asked)
    MailDomain.objects.update(due_at=now())
    flow.check_daily()
    assert len(names.asked) == asked
