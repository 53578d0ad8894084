# SPDX-License-Identifier: Apache-2.0
"""One request to an address that a stranger named: the network address that was judged is the one that is called."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cheeseshop.outbound.addresses import NotCalled, resolve

if TYPE_CHECKING:
    import httpx

AGENT = "Cheeseshop"


class Unanswered(Exception):  # noqa: N818 - what became of the request
    """No answer, with the reason."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request: ``networks`` may be called though they are not public; ``seconds`` bound it all."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes = b""
    networks: str = ""
    seconds: float = 10.0


@asynccontextmanager
async def asked(question: Question) -> "AsyncIterator[httpx.Response]":
    """Send a request and yield its answer, whose body was not read. Redirects are answers.

    Raises:
        Unanswered: when the address may not be called, nobody answers, or not in time, the reading of the body
            included.
    """
    import httpx  # noqa: PLC0415 - a quarter of a second that only senders wait for

    try:
        async with asyncio.timeout(question.seconds):
            address = await asyncio.to_thread(resolve, question.url, question.networks)
            shown = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
            target = httpx.URL(question.url)
            extensions = {"sni_hostname": target.host}  # the certificate is the name's, though its address is called
            named = {"Host": urlsplit(question.url).netloc, "User-Agent": AGENT, **question.headers}
            async with (
                httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=question.seconds) as client,
                client.stream(
                    question.method,
                    target.copy_with(host=shown),
                    content=question.content,
                    headers=named,
                    extensions=extensions,
                ) as reply,
            ):
                yield reply
    except NotCalled as error:
        raise Unanswered(str(error)) from error
    except TimeoutError as error:
        raise Unanswered(f"No answer within {question.seconds:.0f} seconds.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        raise Unanswered(f"{type(error).__name__}: {error}"[:300]) from error
