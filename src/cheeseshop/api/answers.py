# SPDX-License-Identifier: Apache-2.0
"""What routes answer besides their own objects."""

from cheeseshop.api.schemas import Message
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.publishing.managing import follow

REFUSALS = dict.fromkeys((400, 403, 404, 409, 422, 503), Message)
"""Every refusal is a message that says what to mend."""


def done(changed: Changed, message: str) -> dict[str, str]:
    """Publish what a change made dirty, and tell that it is done.

    Raises:
        TryAgain: when its pages could not be published yet.
    """
    follow(changed)
    return {"message": message}
