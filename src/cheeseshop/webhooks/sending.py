# SPDX-License-Identifier: Apache-2.0
"""Sending messages: several at once, each bounded in time, answers never read further than their status."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cheeseshop.core import current
from cheeseshop.outbound.client import Question, Unanswered, asked
from cheeseshop.webhooks.signing import sign


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, where it goes, and what signs it."""

    id: UUID
    url: str
    secret: str
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message was received: the HTTP status, or None and what went wrong."""

    status: int | None
    detail: str = ""

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110


def send_all(messages: Sequence[Outgoing]) -> list[Outcome]:
    """Send messages at once, and return how each was received, in the same order."""
    return asyncio.run(_send_all(messages))


async def _send_all(messages: Sequence[Outgoing]) -> list[Outcome]:
    return list(await asyncio.gather(*map(_send, messages)))


async def _send(message: Outgoing) -> Outcome:
    body, at = message.body.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(message.id),
        "webhook-timestamp": str(at),
        "webhook-signature": sign(message.secret, message.id, at, body),
    }
    networks = current.settings().webhook_networks
    try:
        async with asked(Question("POST", message.url, headers, body, networks=networks)) as reply:
            return Outcome(reply.status_code, reply.reason_phrase[:100])
    except Unanswered as error:
        return Outcome(None, str(error))
