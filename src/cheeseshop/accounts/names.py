# SPDX-License-Identifier: Apache-2.0
"""Which user names and e-mail addresses an account may have."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from email_validator import EmailNotValidError, validate_email

from cheeseshop import sql
from cheeseshop.accounts.models import ProhibitedDomain, ProhibitedUsername
from cheeseshop.accounts.queries import user_named
from cheeseshop.core import current
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on

RESERVED = frozenset(
    {
        "abuse", "account", "accounts", "admin", "administrator", "administrators", "anonymous", "api",
        "billing", "cheeseshop", "contact", "deleted-user", "ghost", "help", "hostmaster", "info", "legal",
        "login", "logout", "mail", "manage", "moderator", "moderators", "noreply", "nobody", "null", "owner",
        "pip", "pypi", "postmaster", "privacy", "project", "projects", "register", "root", "sales", "security",
        "simple", "site", "staff", "status", "support", "system", "team", "test", "testpypi", "trademarks",
        "user", "users", "webmaster", "www",
    }
)  # fmt: skip
"""Names that would be taken for the site's own. An administrator's command may still give them."""


def check_username(name: str) -> None:
    """Check that a person may register a name. Its form is checked by the model's field.

    Raises:
        ValidationError: when it is reserved, prohibited or taken, in any case of its letters.
    """
    lower = name.lower()
    if lower in RESERVED or ProhibitedUsername.objects.filter(name=lower).exists():
        raise ValidationError(gettext("The username %(name)r is reserved; choose another one.") % {"name": name})
    if "\0" in name or user_named(name) is not None or _is_organizations(lower):
        raise ValidationError(gettext("The username %(name)r is taken; choose another one.") % {"name": name})


def _is_organizations(lower: str) -> bool:
    """Tell whether a name is an organisation's, or looks like one of its service accounts: ``organisation.name``."""
    heads = {lower, *(lower[:at] for at, letter in enumerate(lower) if letter == ".")}
    names = sorted({re.sub(r"[-_.]+", "-", head) for head in heads})
    marks = ", ".join(["%s"] * len(names))
    statement = f"SELECT 1 FROM organizations_usedname WHERE normalized_name IN ({marks}) LIMIT 1"  # noqa: S608 - marks
    return sql.first(statement, *names) is not None


def check_address(address: str) -> None:
    """Check that an e-mail address may belong to an account.

    Raises:
        ValidationError: when it is malformed, its domain takes no mail, or is disposable or prohibited.
    """
    settings = current.settings()
    try:
        found = validate_email(
            address,
            check_deliverability=settings.check_mail_domains,
            allow_domain_literal=False,
            test_environment=settings.debug,  # addresses below .test, for developers
        )
    except EmailNotValidError as error:
        raise ValidationError(gettext("This e-mail address can't be used: %(error)s") % {"error": error}) from error
    parents = _with_parents(found.ascii_domain.lower())
    if ProhibitedDomain.objects.filter(domain__in=parents).exists():
        raise ValidationError(
            gettext("Addresses at %(domain)s are not accepted here; use another one.") % {"domain": found.domain}
        )
    from disposable_email_domains import blocklist  # noqa: PLC0415 - ten thousand names, which every start would load

    refused = settings.refuse_disposable_addresses or is_on(Switch.NO_DISPOSABLE)
    if refused and not blocklist.isdisjoint(parents):
        raise ValidationError(
            gettext("%(domain)s gives throw-away addresses; use one that you will keep.") % {"domain": found.domain}
        )


def _with_parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[at:]) for at in range(max(1, len(labels) - 1))]
