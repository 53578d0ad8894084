# SPDX-License-Identifier: Apache-2.0
"""The lifecycle status of a project (PEP 792): active, archived or deprecated, with a reason."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cheeseshop.catalog.flows.changing import Changed, change, locked
from cheeseshop.catalog.flows.telling import NO_REASON, tell_owners
from cheeseshop.catalog.flows.yank import LONGEST_REASON
from cheeseshop.core.errors import Refusal
from cheeseshop.core.facts import Status
from cheeseshop.journal import flows as journal

OWNERS_CHOOSE = (Status.ACTIVE, Status.ARCHIVED, Status.DEPRECATED)


def set_status(project: UUID, status: Status, reason: str, actor: str) -> Changed:
    """Set what an owner says of a project. An archived one takes no uploads.

    Raises:
        Refusal: for a status that owners do not set, or a reason that is too long.
        Missing: when the project is gone.
    """
    if status not in OWNERS_CHOOSE or len(reason) > LONGEST_REASON:
        raise Refusal(
            _("Choose active, archived or deprecated, with a reason of %(number)d characters at most.")
            % {"number": LONGEST_REASON}
        )
    with transaction.atomic():
        owner = locked(project)
        owner.status, owner.status_reason = status.value, "" if status is Status.ACTIVE else reason
        owner.save(update_fields=["status", "status_reason"])
        tell_owners(owner, "project-status", by=actor, status=status.value, reason=reason or NO_REASON)
        changes = [change(owner, f"set status {status.value}", actor)]
        journal.commit(changes, [journal.Dirty(owner.normalized_name, journal.NO_RELEASE)])
    return Changed(owner.normalized_name)
