# SPDX-License-Identifier: Apache-2.0
"""What is done each hour."""

from cheeseshop.core.clock import now
from cheeseshop.publishers.flows.pending import remind_and_expire
from cheeseshop.publishers.models import UsedTokenId
from cheeseshop.tokens.flows import sweep_publisher_tokens


def tidy_up() -> None:
    """Remove tokens and token identifiers that ended; remind of registrations, and remove old ones."""
    UsedTokenId.objects.filter(expires_at__lt=now()).delete()
    sweep_publisher_tokens()
    remind_and_expire()
