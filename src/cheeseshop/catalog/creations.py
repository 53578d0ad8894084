# SPDX-License-Identifier: Apache-2.0
"""How many projects one account, or one address, may create in an hour."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cheeseshop import sql
from cheeseshop.accounts.queries import is_new
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Refusal

_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Creator:
    """Who creates a project, and from where."""

    user_id: UUID
    address: str


def check_creations(creator: Creator) -> None:
    """Check that the account and the address have not created too many projects within the last hour.

    Raises:
        Refusal: with status 429.
    """
    settings, since = current.settings(), now() - _WINDOW
    by_user, few = settings.new_projects_per_hour_user, settings.new_account_projects_per_hour
    if few and (not by_user or few < by_user) and is_new(creator.user_id):
        by_user = few
    limits = (
        ("user_id", creator.user_id, by_user),
        ("address", creator.address, settings.new_projects_per_hour_address),
    )
    for column, value, limit in limits:
        if not limit:
            continue
        statement = f"SELECT COUNT(*) FROM catalog_projectcreation WHERE {column} = %s AND at > %s"  # noqa: S608 - ours
        row = sql.first(statement, value, since)
        if row is not None and row[0] >= limit:
            raise Refusal(
                "Too many new projects created; try again in an hour, or ask the administrator for more.",
                status=429,
                retry_after=int(_WINDOW.total_seconds()),
            )


def note_creation(creator: Creator) -> None:
    """Remember a creation, and forget those that no longer count. Part of the transaction that creates."""
    moment = now()
    sql.run("DELETE FROM catalog_projectcreation WHERE at <= %s", moment - _WINDOW)
    sql.run(
        "INSERT INTO catalog_projectcreation (at, user_id, address) VALUES (%s, %s, %s)",
        moment,
        creator.user_id,
        creator.address,
    )
