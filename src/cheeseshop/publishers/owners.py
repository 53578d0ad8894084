# SPDX-License-Identifier: Apache-2.0
"""Whose a project becomes that a pending publisher of an organisation creates."""

from uuid import UUID

from django.utils.translation import gettext

from cheeseshop import sql
from cheeseshop.core.errors import Forbidden


def give_to_organization(project: UUID, organization: UUID) -> None:
    """Give a new project to an organisation. Part of the upload's transaction.

    Raises:
        Forbidden: when the organisation was deactivated meanwhile.
    """
    given = sql.run(
        "UPDATE catalog_project SET organization_id = %s WHERE id = %s AND EXISTS (SELECT 1 FROM"
        " organizations_organization o WHERE o.id = %s AND o.deactivated_at IS NULL)",
        organization,
        project,
        organization,
    )
    if not given:
        raise Forbidden(gettext("The organisation that shall own this project is deactivated."))
