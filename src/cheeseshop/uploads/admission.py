# SPDX-License-Identifier: Apache-2.0
"""Who may send a body at all, decided from headers alone, before a byte of the body is read."""

from dataclasses import dataclass

from cheeseshop.catalog.state import largest_own_limit
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden
from cheeseshop.edge_contract.protocols import RequestHead
from cheeseshop.tokens.authentication import NO_IDENTITY, Bearer, authenticate

_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends an upload, from where, and with which client."""

    bearer: Bearer
    client: str
    user_agent: str


def admit(head: RequestHead) -> Sender:
    """Identify the sender.

    Raises:
        Forbidden: without a valid token, or over plain HTTP where the site is https.
    """
    settings = current.settings()
    if settings.is_https and head.headers.get("x-forwarded-proto", "https") == "http":
        raise Forbidden("SSL is required.")
    header = head.headers.get("authorization")
    if not header:
        raise Forbidden(NO_IDENTITY)
    return Sender(authenticate(header), head.client, head.headers.get("user-agent", "")[:300])


def largest_file(head: RequestHead) -> int:
    """Return the most bytes that a file may have, of any project as far as the body's length leaves that open."""
    limit = current.settings().max_file_size
    declared = head.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and len(declared) < _DIGITS and int(declared) <= limit:
        return limit
    return max(limit, largest_own_limit())
