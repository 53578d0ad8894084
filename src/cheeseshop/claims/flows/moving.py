# SPDX-License-Identifier: Apache-2.0
"""The one way in which a claim changes its state."""

from django.utils.translation import gettext

from cheeseshop.claims.models import Claim
from cheeseshop.core.errors import Conflict

UNDECIDED = (Claim.State.OPEN, Claim.State.ASKED)


def move(claim: Claim, before: tuple[str, ...], **changes: object) -> None:
    """Change a claim that is in one of the states ``before``. Of two at once, one wins.

    Raises:
        Conflict: when it is in another state by now.
    """
    if not Claim.objects.filter(pk=claim.pk, state__in=before).update(**changes):
        raise Conflict(gettext("This claim was decided or changed in the meantime; look at it again."))
    claim.refresh_from_db()
