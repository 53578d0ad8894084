# SPDX-License-Identifier: Apache-2.0
"""Once a day: domains of verified addresses that lapsed or changed hands, and the addresses that lose their proof.

An address loses it when its domain was found so for the days of grace, at the last look-up too. What can't be found
out changes nothing.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import transaction

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.mail_domains.models import LapsedAddress, MailDomain, State
from cheeseshop.mail_domains.registrations import Rdap, Registry
from cheeseshop.mail_domains.resolving import DnsResolver, Found, Resolver
from cheeseshop.notify.flows import send

log = logging.getLogger(__name__)

_DAY = 24 * 3600
_AT_ONCE = 8
_BATCH = 1000
_MOST_A_DAY = 5000
_GOOD_FOR = timedelta(days=7)
_DOUBTED_FOR = timedelta(hours=20)  # a little less than a day, so that it is asked each day
_REASONS = {
    State.LAPSED: "the domain takes no mail any more",
    State.CHANGED: "the domain was registered anew, perhaps by somebody else",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom to ask: DNS, and where there is one, a registry."""

    resolver: Resolver
    registry: Registry | None = None


@dataclass(slots=True)
class Checked:
    """What came of a run: domains that were looked up, those that are in doubt, addresses that lost their proof."""

    domains: int = 0
    doubted: int = 0
    addresses: int = 0


def check_daily() -> None:
    """Check what is due, in one worker a day, where the setting says so."""
    settings = current.settings()
    if not settings.check_lapsed_domains or not cache.add("mail-domains-checked", 1, _DAY):
        return
    registry = Rdap(settings.rdap_url) if settings.rdap_url else None
    told = check(Sources(DnsResolver(settings.dns_servers), registry))
    log.info("mail domains: %s looked up, %s in doubt, %s addresses lost", told.domains, told.doubted, told.addresses)


def check(sources: Sources) -> Checked:
    """Look up the domains that are due, several at once, and act on what is found. Safe to run twice at once."""
    _note_new_domains()
    told, due = Checked(), list(MailDomain.objects.filter(due_at__lte=now()).order_by("due_at")[:_MOST_A_DAY])
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for domain, (found, registered) in zip(due, pool.map(lambda d: _ask(sources, d.domain), due), strict=True):
            told.domains += 1
            told.addresses += _settle(domain, found, registered)
            told.doubted += domain.state != State.GOOD
    return told


def _ask(sources: Sources, domain: str) -> tuple[Found, str]:
    found = sources.resolver.look_up(domain)
    asks = sources.registry is not None and found is Found.GOOD
    return found, sources.registry.registered_at(domain) if asks and sources.registry else ""


def _note_new_domains() -> None:
    """Note domains of verified addresses that are not known yet, and forget those that have none any more."""
    seen: set[str] = set()
    for email in EmailAddress.objects.filter(verified=True).values_list("email", flat=True).iterator(_BATCH):
        seen.add(email.rpartition("@")[2].lower()[:253])
    known = set(MailDomain.objects.values_list("domain", flat=True))
    MailDomain.objects.bulk_create(
        [MailDomain(domain=domain) for domain in sorted(seen - known) if domain], batch_size=500, ignore_conflicts=True
    )
    gone = sorted(known - seen)
    for start in range(0, len(gone), 500):
        MailDomain.objects.filter(domain__in=gone[start : start + 500]).delete()


def _settle(domain: MailDomain, found: Found, registered: str) -> int:
    """Keep what was found of a domain, and return how many addresses lost their proof by it."""
    moment = now()
    if found is Found.UNKNOWN:
        domain.due_at = moment + _DOUBTED_FOR
        domain.save(update_fields=["due_at"])
        return 0
    state = State.LAPSED if found is Found.LAPSED else State.GOOD
    if state == State.GOOD and registered and domain.registration and registered != domain.registration:
        state = State.CHANGED
    if state == State.GOOD and domain.state == State.CHANGED and not registered:
        state = State.CHANGED  # the registry was not to be asked: that says nothing
    _turn(domain, state, moment)
    grace = timedelta(days=current.settings().domain_grace_days)
    lost = 0
    if domain.since is not None and moment - domain.since >= grace:
        lost = _unverify(domain.domain, State(domain.state))
        domain.since = moment  # who proves an address after this has the days of grace again
        if state == State.CHANGED:  # the new owner's addresses count from here on
            _turn(domain, State.GOOD, moment)
            domain.registration = registered or domain.registration
    domain.registration = domain.registration or registered
    domain.save()
    return lost


def _turn(domain: MailDomain, state: State, moment: datetime) -> None:
    if state == State.GOOD:
        domain.since = None
    elif domain.state != state or domain.since is None:
        domain.since = moment
    domain.state = state
    domain.due_at = moment + (_GOOD_FOR if state == State.GOOD else _DOUBTED_FOR)


def _unverify(domain: str, state: State) -> int:
    """Take their proof from a domain's addresses, and return how many there were."""
    rows = EmailAddress.objects.filter(verified=True, email__iendswith=f"@{domain}").select_related("user")
    return sum(_unverify_one(row, state) for row in rows)


def _unverify_one(row: EmailAddress, state: State) -> bool:
    """Take its proof from one address; the person reads so in the history, and by mail to other addresses."""
    user: User = row.user
    with transaction.atomic():
        if not EmailAddress.objects.filter(pk=row.pk, verified=True).update(verified=False):
            return False
        LapsedAddress.objects.update_or_create(address=row, defaults={"at": now()})
        reason = _REASONS[state]
        history.record(user, "account:email:unverified", None, f"{row.email}: {reason}", mailed=False)
        others = EmailAddress.objects.filter(user=user, verified=True).exclude(pk=row.pk)
        told = {"username": user.username, "email": row.email, "reason": reason, "at": f"{now():%Y-%m-%d %H:%M}"}
        send("address-unverified", sorted({other.email for other in others}), told)
    return True
