# SPDX-License-Identifier: Apache-2.0
"""Take a report of a project, and put it into quarantine at once where the reports of it suffice."""

import logging
from uuid import UUID

from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.core.errors import Conflict, Missing, TryAgain
from cheeseshop.moderation.reports import Report, record
from cheeseshop.publishing.quarantining import Order, hold

log = logging.getLogger(__name__)

AUTOMATIC = "automatic quarantine"


def report(told: Report, by: User) -> UUID:
    """Record a report and act on it; return the observation's id.

    Raises:
        Missing: as ``record``.
    """
    recorded = record(told, by)
    if recorded.act:
        order = Order(Held(told.project), recorded.why, AUTOMATIC, told.summary, recorded.observation)
        try:
            hold(order)
        except (Conflict, Missing):
            log.info("the project %s was held or removed meanwhile", told.project)
        except TryAgain:
            log.exception("the pages of %s follow", told.project)
    return recorded.observation
