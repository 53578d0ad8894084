# SPDX-License-Identifier: Apache-2.0
"""Who may send a body at all, decided from headers alone, before a byte of the body is read."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from cheeseshop.catalog.state import largest_own_limit
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden, Refusal
from cheeseshop.core.facts import PublisherRepository
from cheeseshop.edge_contract.protocols import RequestHead
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import check
from cheeseshop.tokens.authentication import Bearer, Origin, authenticate, no_identity

_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends an upload, from where, with which client, and the action that the address names, if it names one.

    ``repository`` is the trusted publisher's whose workflow sends; people have none.
    """

    bearer: Bearer
    client: str
    user_agent: str
    action: str = ""
    repository: PublisherRepository | None = None


def admit(head: RequestHead) -> Sender:
    """Identify the sender.

    Raises:
        Forbidden: without a valid token, over plain HTTP where the site is https, or while uploads are disabled.
        Refusal: for an action that is no upload.
    """
    settings = current.settings()
    if settings.is_https and head.headers.get("x-forwarded-proto", "https") == "http":
        raise Forbidden("SSL is required.")
    check(Switch.NO_UPLOADS)
    action = next(iter(parse_qs(head.query).get(":action", ())), "")
    if action:
        check_action(action)
    header = head.headers.get("authorization")
    if not header:
        raise no_identity()
    agent = head.headers.get("user-agent", "")[:300]
    bearer = authenticate(header, Origin(head.client, agent))
    repository = PublisherRepository(bearer.publisher.urls) if bearer.publisher and bearer.publisher.urls else None
    return Sender(bearer, _address(head), agent, action, repository)


_GONE = {
    "submit": "Project pre-registration is no longer needed; upload your files, and the project is created.",
    "submit_pkg_info": "Project pre-registration is no longer needed; upload your files, and the project is created.",
    "doc_upload": "This index does not host documentation; host it elsewhere and link it in the project's metadata.",
}


def check_action(action: str) -> None:
    """Check what the ``:action`` of address or form asks for.

    Raises:
        Refusal: with status 410 for what indexes once did, 400 for anything else that is no upload.
    """
    if action == "file_upload":
        return
    if action in _GONE:
        raise Refusal(_GONE[action], status=410)
    shown = f"Unknown :action {action[:60]!r}" if action else "The field :action is missing"
    raise Refusal(f"{shown}: send file_upload. See {current.settings().url}/legacy/ for more information.")


def _address(head: RequestHead) -> str:
    """Return what stands for the sender's address in limits.

    Behind a proxy all connections come from it, so that the hop it adds belongs to the address. Who is not behind one
    can invent hops, and escapes the limit of addresses so, but not that of accounts.
    """
    hop = head.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return f"{head.client} {hop}".strip()[:120]


def largest_file(head: RequestHead) -> int:
    """Return the most bytes that a file may have, of any project as far as the body's length leaves that open."""
    limit = current.settings().max_file_size
    declared = head.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and len(declared) < _DIGITS and int(declared) <= limit:
        return limit
    return max(limit, largest_own_limit())
