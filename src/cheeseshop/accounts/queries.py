# SPDX-License-Identifier: Apache-2.0
"""What others ask about people."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from cheeseshop import sql
from cheeseshop.accounts.models import ProhibitedNetwork, User
from cheeseshop.core import current
from cheeseshop.core.clock import now


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts through a token, and what the rules of an upload ask of them.

    ``may_act`` is false for an account that is inactive or frozen, or whose organisation is deactivated. Recovery codes
    alone are no second factor. A service account needs neither address nor factor: its organisation's owners have them.
    """

    id: UUID
    username: str
    may_act: bool
    has_verified_address: bool
    has_two_factors: bool
    is_service: bool = False


_PERSON = """
SELECT u.id, u.username, u.is_active, u.frozen_at, u.service_of_id IS NOT NULL, o.deactivated_at,
 EXISTS(SELECT 1 FROM account_emailaddress a WHERE a.user_id = u.id AND a."primary" = %s AND a.verified = %s),
 EXISTS(SELECT 1 FROM mfa_authenticator m WHERE m.user_id = u.id AND m.type IN ('totp', 'webauthn'))
FROM accounts_user u LEFT JOIN organizations_organization o ON o.id = u.service_of_id WHERE u.id = %s"""


def person(user_id: UUID) -> Person | None:
    """Return a person as the rules see them, or None."""
    row = sql.first(_PERSON, True, True, user_id)
    if row is None:
        return None
    identifier, username, active, frozen, service, deactivated, verified, factors = row
    return Person(
        id=sql.as_uuid(identifier),
        username=username,
        may_act=bool(active) and frozen is None and deactivated is None,
        has_verified_address=bool(service or verified),
        has_two_factors=bool(service or factors),
        is_service=bool(service),
    )


def is_new(user_id: UUID) -> bool:
    """Tell whether an account is younger than the setting says, and nobody's service account."""
    since = now() - timedelta(days=current.settings().new_account_days)
    statement = "SELECT 1 FROM accounts_user WHERE id = %s AND date_joined > %s AND service_of_id IS NULL"
    return sql.first(statement, user_id, since) is not None


def user_named(username: str) -> User | None:
    """Return the person of that name, in any case, or None."""
    if "\0" in username:
        return None  # PostgreSQL refuses to be asked
    return User.objects.in_any_case(username).first()


def is_prohibited(address: str) -> bool:
    """Tell whether a network address is in a network from which nobody logs in. One look-up of the primary key."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    around = [str(ip_network((str(found), length), strict=False)) for length in range(found.max_prefixlen + 1)]
    return ProhibitedNetwork.objects.filter(network__in=around).exists()


_PUBLIC = """
SELECT LOWER(u.public_email) FROM accounts_user u JOIN account_emailaddress a ON a.user_id = u.id
WHERE u.public_email <> '' AND a.email = u.public_email AND a.verified = %s AND u.is_active = %s AND u.id"""
_OPENLY_ON = """
SELECT r.user_id FROM access_projectrole r WHERE r.project_id = %s
UNION SELECT m.user_id FROM organizations_teamrole t JOIN organizations_teammember m ON m.team_id = t.team_id
 JOIN organizations_team team ON team.id = t.team_id
 JOIN organizations_membership s ON s.organization_id = team.organization_id AND s.user_id = m.user_id
 WHERE t.project_id = %s AND s.is_public = %s
UNION SELECT m.user_id FROM catalog_project p JOIN organizations_membership m ON m.organization_id = p.organization_id
 WHERE p.id = %s AND m.role = 'Owner' AND m.is_public = %s"""


def public_addresses_of_project(project: UUID) -> frozenset[str]:
    """Return the public addresses, in lower case, of those who openly have a role on a project.

    A role by a team or an organisation counts where the membership is shown in public: the mark would tell of it.
    """
    rows = sql.every(f"{_PUBLIC} IN ({_OPENLY_ON})", True, True, project, project, True, project, True)
    return frozenset(str(row[0]) for row in rows)


def public_addresses_of(user: UUID) -> frozenset[str]:
    """Return a person's public address, in lower case, alone in a set, or an empty one."""
    return frozenset(str(row[0]) for row in sql.every(f"{_PUBLIC} = %s", True, True, user))
