# SPDX-License-Identifier: Apache-2.0
"""Sending messages: several at once, each bounded in time, answers never read further than their status."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from cheeseshop.webhooks.addresses import NotCalled, resolve
from cheeseshop.webhooks.signing import sign

_SECONDS = 10.0


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
    import httpx  # noqa: PLC0415 - a quarter of a second that only senders wait for

    try:
        async with asyncio.timeout(_SECONDS):
            return await _post(message)
    except NotCalled as error:
        return Outcome(None, str(error))
    except TimeoutError:
        return Outcome(None, f"No answer within {_SECONDS:.0f} seconds.")
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:300])


async def _post(message: Outgoing) -> Outcome:
    import httpx  # noqa: PLC0415 - as above

    address = await asyncio.to_thread(resolve, message.url)
    url, host = httpx.URL(message.url), urlsplit(message.url).netloc
    shown = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
    body, at = message.body.encode(), int(time.time())
    headers = {
        "Host": host,
        "Content-Type": "application/json",
        "User-Agent": "Cheeseshop-Webhooks/1",
        "webhook-id": str(message.id),
        "webhook-timestamp": str(at),
        "webhook-signature": sign(message.secret, message.id, at, body),
    }
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SECONDS) as client:
        extensions = {"sni_hostname": url.host}  # the certificate is the name's, though its address is called
        request = client.stream("POST", url.copy_with(host=shown), content=body, headers=headers, extensions=extensions)
        async with request as reply:
            return Outcome(reply.status_code, reply.reason_phrase[:100])
