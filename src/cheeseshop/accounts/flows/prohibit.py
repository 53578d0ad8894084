# SPDX-License-Identifier: Apache-2.0
"""Usernames and domains of addresses that are refused, as administrators say. Who has one keeps it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.db import transaction

from cheeseshop.accounts.models import USERNAME, ProhibitedDomain, ProhibitedUsername
from cheeseshop.core.errors import Missing, Refusal

_LONGEST_COMMENT = 500
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
