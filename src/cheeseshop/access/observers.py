# SPDX-License-Identifier: Apache-2.0
"""Trusted observers: those whose reports weigh more, and who report by the API."""

from collections.abc import Iterable
from uuid import UUID

from cheeseshop import sql

_TRUSTED = """
SELECT DISTINCT u.id FROM accounts_user u
LEFT JOIN accounts_user_groups m ON m.user_id = u.id LEFT JOIN auth_group g ON g.id = m.group_id
WHERE u.id IN ({}) AND u.is_active AND u.frozen_at IS NULL
AND (u.is_superuser OR g.name IN ('observer', 'moderator'))"""


def trusted_of(people: Iterable[UUID]) -> frozenset[UUID]:
    """Return those who are trusted now: active, and by the site's role observer, moderator or administrator."""
    asked = list(people)
    if not asked:
        return frozenset()
    rows = sql.every(_TRUSTED.format(", ".join(["%s"] * len(asked))), *asked)
    return frozenset(sql.as_uuid(row[0]) for row in rows)


def is_trusted(person: UUID) -> bool:
    """Tell whether somebody is a trusted observer now."""
    return bool(trusted_of([person]))
