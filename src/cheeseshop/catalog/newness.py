# SPDX-License-Identifier: Apache-2.0
"""Projects that new accounts made: they are kept out of search engines for some days, so that spam is not worth it."""

from datetime import datetime, timedelta

from cheeseshop import sql
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now

OF_NEW_ACCOUNTS = (  # our own words alone
    "p.created_at > %s AND p.organization_id IS NULL AND NOT EXISTS ("
    "SELECT 1 FROM access_projectrole o JOIN accounts_user u ON u.id = o.user_id"
    " WHERE o.project_id = p.id AND o.role = 'Owner' AND u.date_joined <= %s)"
)
"""A condition on a project ``p`` with two values, ``new_since()``: it is new, and so is every owner's account."""


def new_since() -> tuple[datetime, datetime]:
    """Return the values of ``OF_NEW_ACCOUNTS``."""
    since = now() - timedelta(days=current.settings().noindex_days)
    return since, since


def is_of_new_accounts(project: Project) -> bool:
    """Tell whether a project is kept out of search engines."""
    if project.created_at <= new_since()[0]:
        return False
    statement = f"SELECT 1 FROM catalog_project p WHERE p.id = %s AND {OF_NEW_ACCOUNTS}"  # noqa: S608 - ours
    return sql.first(statement, project.pk, *new_since()) is not None
