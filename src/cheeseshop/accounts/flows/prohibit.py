# SPDX-License-Identifier: Apache-2.0
"""Usernames, domains of e-mail addresses and networks that are refused, as administrators say."""

from collections.abc import Iterable
from ipaddress import ip_network

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db import transaction

from cheeseshop.accounts.models import USERNAME, ProhibitedDomain, ProhibitedNetwork, ProhibitedUsername
from cheeseshop.core.errors import Missing, Refusal

_LONGEST_COMMENT = 500
_WIDEST = {4: 8, 6: 19}  # shorter prefixes would shut out a good part of the world
_DOMAIN = DomainNameValidator(accept_idna=False)


def prohibit_usernames(names: Iterable[str], comment: str) -> None:
    """Refuse usernames from now on, in any case.

    Raises:
        Refusal: when one is no username, so that none is refused.
    """
    with transaction.atomic():
        for name in names:
            try:
                USERNAME(name)
                ProhibitedUsername(name=name).clean_fields()
            except ValidationError as error:
                raise Refusal(f"{name[:60]!r} is no username.") from error
            told = {"comment": comment[:_LONGEST_COMMENT]}
            ProhibitedUsername.objects.update_or_create(name=name.lower(), defaults=told)


def allow_username(name: str) -> None:
    """Take a prohibition back.

    Raises:
        Missing: when there is none.
    """
    if not ProhibitedUsername.objects.filter(name=name.lower()).delete()[0]:
        raise Missing(f"{name} is not prohibited.")


def prohibit_domains(domains: Iterable[str], comment: str) -> None:
    """Refuse the addresses of domains, and of those below them, from now on.

    Raises:
        Refusal: when one is no domain, so that none is refused.
    """
    with transaction.atomic():
        for text in domains:
            domain = text.lower().strip(".")
            try:
                _DOMAIN(domain)
            except ValidationError as error:
                raise Refusal(f"{text[:60]!r} is no domain; write it such as example.com.") from error
            told = {"comment": comment[:_LONGEST_COMMENT]}
            ProhibitedDomain.objects.update_or_create(domain=domain, defaults=told)


def allow_domain(domain: str) -> None:
    """Take a prohibition back.

    Raises:
        Missing: when there is none.
    """
    if not ProhibitedDomain.objects.filter(domain=domain.lower().strip(".")).delete()[0]:
        raise Missing(f"{domain} is not prohibited.")


def prohibit_networks(networks: Iterable[str], comment: str) -> None:
    """Let nobody log in or register from networks, or single addresses, from now on.

    Raises:
        Refusal: when one is no network, or a very wide one, so that none is refused.
    """
    with transaction.atomic():
        for text in networks:
            try:
                found = ip_network(text)
            except ValueError as error:
                raise Refusal(f"{text[:60]!r} is no network; write it such as 192.0.2.7 or 2001:db8::/48.") from error
            if found.prefixlen < _WIDEST[found.version]:
                raise Refusal(f"{found} is very wide; name networks of /{_WIDEST[found.version]} or narrower.")
            told = {"comment": comment[:_LONGEST_COMMENT]}
            ProhibitedNetwork.objects.update_or_create(network=str(found), defaults=told)


def allow_network(network: str) -> None:
    """Take a prohibition back.

    Raises:
        Missing: when there is none.
    """
    if not ProhibitedNetwork.objects.filter(network=network).delete()[0]:
        raise Missing(f"{network} is not prohibited.")
