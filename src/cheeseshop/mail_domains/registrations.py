# SPDX-License-Identifier: Apache-2.0
"""Asking registries when a domain was registered (RDAP, RFC 9083): a later moment than before means a new owner."""

import asyncio
import json
import logging
from typing import Protocol
from urllib.parse import quote, urljoin

from cheeseshop.outbound.client import Question, Unanswered, asked

log = logging.getLogger(__name__)

_SECONDS = 10.0
_LARGEST = 512 * 1024
_MOST_REDIRECTS = 3
_ANYWHERE = "0.0.0.0/0 ::/0"  # an administrator named the address; where it leads on must be public
_FOUND, _NOT_FOUND = 200, 404
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Registry(Protocol):
    """Whoever can tell when a domain was registered."""

    def registered_at(self, domain: str) -> str:
        """Return the moment as the registry writes it, or an empty text where that can't be had. Never fails."""
        ...


class Rdap:
    """Asks an RDAP server, or a service that leads to the right one, by its address: the domain's name follows it."""

    def __init__(self, url: str) -> None:
        self._url = url if url.endswith("/") else f"{url}/"

    def registered_at(self, domain: str) -> str:
        """Ask for a domain, and for its parents where the registry knows none of that name."""
        labels = domain.split(".")
        try:
            for start in range(len(labels) - 1):
                if (found := asyncio.run(self._asked(".".join(labels[start:])))) is not None:
                    return found
        except (Unanswered, ValueError, RecursionError) as error:
            log.info("the registration of %s can't be had: %s", domain, error)
        return ""

    async def _asked(self, domain: str) -> str | None:
        """Return when a domain was registered, or None where there is none of that name.

        Raises:
            Unanswered: when nobody answers.
            ValueError: when the answer is none.
        """
        url, networks = self._url + quote(domain), _ANYWHERE
        for _ in range(_MOST_REDIRECTS + 1):
            headers = {"Accept": "application/rdap+json"}
            async with asked(Question("GET", url, headers, networks=networks, seconds=_SECONDS)) as reply:
                if reply.status_code in _REDIRECTS:
                    url, networks = urljoin(url, reply.headers.get("location", "")), ""
                    continue
                if reply.status_code == _NOT_FOUND:
                    return None
                if reply.status_code != _FOUND:
                    raise ValueError(f"status {reply.status_code}")
                body = bytearray()
                async for piece in reply.aiter_bytes():
                    body += piece
                    if len(body) > _LARGEST:
                        raise ValueError("the answer is too large")
                return _registered(json.loads(body))
        raise ValueError("too many redirects")


def _registered(told: object) -> str:
    events = told.get("events") if isinstance(told, dict) else None
    for event in events if isinstance(events, list) else []:
        match event:
            case {"eventAction": "registration", "eventDate": str(moment)}:
                return moment[:64]
    return ""
