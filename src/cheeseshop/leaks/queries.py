# SPDX-License-Identifier: Apache-2.0
"""From text to the tokens of this index that it holds and that still work."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cheeseshop import sql
from cheeseshop.core.clock import now
from cheeseshop.distributions.token_watch import TokenWatch
from cheeseshop.tokens import caveats
from cheeseshop.tokens.macaroons import BadMacaroon, parse, verifies

MOST_TOKENS = 1000


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that works: its id, whose it is (None: a publisher's), what it is called, the projects it names."""

    id: UUID
    user_id: UUID | None
    description: str
    project_names: tuple[str, ...]
    project_ids: tuple[str, ...]


def token_texts(text: str) -> list[str]:
    """Return what in a text is shaped like a token: each once, a thousand at most."""
    watch = TokenWatch(MOST_TOKENS)
    watch.feed(text.encode("utf-8", "replace"))
    watch.end()
    return [found.text for found in watch.found]


def live_token(text: str) -> LiveToken | None:
    """Return the token of this index that ``text`` is, if it still works.

    The signature decides, so that nobody can have a token revoked who knows no more than its identifier. A holder may
    have narrowed it offline: that is the same token. One that has expired opens nothing, and counts as none.
    """
    try:
        macaroon = parse(text)
        identifier = UUID(macaroon.identifier)
    except (BadMacaroon, ValueError):
        return None
    row = sql.first("SELECT user_id, key, description, caveats FROM tokens_token WHERE id = %s", identifier)
    if row is None or not verifies(macaroon, bytes(row[1])):
        return None
    stored = tuple(caveats.encode(each) for each in sql.as_json(row[3]))
    if _is_over((*macaroon.caveats, *stored)):
        return None
    user_id = None if row[0] is None else sql.as_uuid(row[0])
    names, ids = _projects(stored, caveats.PROJECT_NAME), _projects(stored, caveats.PROJECT_ID)
    return LiveToken(identifier, user_id, str(row[2]), names, ids)


def live_tokens(texts: Iterable[str]) -> list[LiveToken]:
    """Return the tokens among ``texts`` that work, each once however often it was narrowed."""
    found = {live.id: live for live in map(live_token, texts) if live is not None}
    return list(found.values())


def _is_over(given: tuple[bytes, ...]) -> bool:
    """Tell whether an expiry has passed, in either form that is accepted. What can't be read proves nothing."""
    moment = now().timestamp()
    for raw in given:
        try:
            caveat = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        match caveat:
            case [caveats.EXPIRATION, int(expires), int(_)] if moment >= expires:
                return True
            case {"nbf": int(_), "exp": int(expires)} if moment >= expires:
                return True
    return False


def _projects(stored: tuple[bytes, ...], tag: int) -> tuple[str, ...]:
    return next((tuple(map(str, c[1])) for c in map(json.loads, stored) if isinstance(c, list) and c[0] == tag), ())
