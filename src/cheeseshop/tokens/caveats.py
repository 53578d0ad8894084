# SPDX-License-Identifier: Apache-2.0
"""Caveats: what narrows a token. Compact JSON arrays whose first item is a tag."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

EXPIRATION, PROJECT_NAME, PROJECT_ID, REQUEST_USER, PUBLISHER = 0, 1, 2, 3, 4
ACTIONS, NETWORKS = 100, 101
"""Ours to add: the actions a token is good for, and the networks it may be used from.

A token that names no action is good for uploads, as everywhere; one that names no network may be used anywhere.
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What a token is used for: by whom it was made, when, on which project, for what, from where.

    None: not known yet. An address that is not known lies in no network. A token is a person's (``user_id``) or a
    trusted publisher's (``publisher_id``).
    """

    user_id: UUID | None
    at: datetime
    project_name: str | None = None
    project_id: UUID | None = None
    action: str | None = None
    address: str = ""
    publisher_id: UUID | None = None


def encode(caveat: list[Any]) -> bytes:
    """Return a caveat in the form that goes into a macaroon."""
    return json.dumps(caveat, separators=(",", ":")).encode()


def first_unmet(caveats: Iterable[bytes], use: Use) -> str | None:
    """Return why the first caveat that does not hold fails, or None when all hold. Unknown caveats never hold."""
    for raw in caveats:
        reason = _unmet(raw, use)
        if reason:
            return reason
    return None


def _unmet(raw: bytes, use: Use) -> str | None:
    try:
        caveat = json.loads(raw)
    except (ValueError, RecursionError):
        return "caveat is not JSON"
    try:
        match caveat:
            case [int(tag), *fields]:
                return _unmet_array(tag, fields, use)
            case dict():
                return _unmet_legacy(caveat, use)
    except (TypeError, ValueError, AttributeError):
        return "caveat has malformed fields"
    return "unknown caveat"


def _unmet_array(tag: int, fields: list[Any], use: Use) -> str | None:  # noqa: PLR0911 - one line a tag
    match tag, fields:
        case 0, [int(expires), int(not_before)]:
            return _outside(not_before, expires, use)
        case 1, [list(names)]:
            return _other_name(names, use)
        case 2, [list(ids)]:
            return _other_id(ids, use)
        case 100, [list(actions)]:
            return None if use.action in {None, *actions} else f"token is not good for the action {use.action!r}"
        case 101, [list(networks)]:
            return None if _inside(use.address, networks) else f"token may not be used from {use.address or 'there'}"
        case 3, [str(user)]:
            return None if UUID(user) == use.user_id else "token was made for another user"
        case 4, [str(publisher)]:
            return None if UUID(publisher) == use.publisher_id else "token was made for another publisher"
    return "unknown caveat"


def _inside(address: str, networks: list[Any]) -> bool:
    """Tell whether an address lies in one of the networks. An IPv4 address that came over IPv6 counts as itself."""
    if not address:
        return False
    found = ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ip_network(str(network), strict=False) for network in networks)


def _unmet_legacy(caveat: dict[str, Any], use: Use) -> str | None:
    match caveat:
        case {"version": 1, "permissions": "user", **rest} if not rest:
            return None
        case {"version": 1, "permissions": {"projects": list(names), **inner}, **rest} if not rest and not inner:
            return _other_name(names, use)
        case {"nbf": int(not_before), "exp": int(expires), **rest} if not rest:
            return _outside(not_before, expires, use)
        case {"project_ids": list(ids), **rest} if not rest:
            return _other_id(ids, use)
    return "unknown caveat"


def _outside(not_before: int, expires: int, use: Use) -> str | None:
    moment = use.at.timestamp()
    if moment >= expires:
        return "token is expired"
    return "token is not yet valid" if moment < not_before else None


def _other_name(names: list[Any], use: Use) -> str | None:
    if use.project_name is None or use.project_name in names:
        return None
    return f"project-scoped token is not valid for project: {use.project_name!r}"


def _other_id(ids: list[Any], use: Use) -> str | None:
    if use.project_name is None:
        return None
    if use.project_id is None or str(use.project_id) not in ids:
        return "project-scoped token matches no project of this request"
    return None
