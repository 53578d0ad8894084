# SPDX-License-Identifier: Apache-2.0
"""From the Authorization header of a request to the token it carries."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cheeseshop import sql
from cheeseshop.access.permissions import Action
from cheeseshop.accounts import history
from cheeseshop.accounts.flows.passwords import as_request, examine_password
from cheeseshop.accounts.queries import Person, person
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Forbidden
from cheeseshop.tokens import caveats
from cheeseshop.tokens.macaroons import BadMacaroon, Macaroon, parse, verifies
from cheeseshop.tokens.models import Token

NO_IDENTITY = "Invalid or non-existent authentication information."
PASSWORDS_REFUSED = (
    "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead."
)
_USE_STAMP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token whose signature held, and who made it."""

    person: Person
    macaroon: Macaroon
    stored_caveats: tuple[bytes, ...]
    issued_by_administrator: bool = False
    address: str = ""

    def check(self, project_name: str | None, project_id: UUID | None, action: str | None = None) -> None:
        """Check every caveat, sent and stored, for a use on a project (None: not known yet).

        Raises:
            Forbidden: naming the caveat that does not hold.
        """
        if action not in {None, Action.UPLOAD.value} and not self._names_actions():
            raise Forbidden("Invalid API Token: this token is good for uploads only; make one with more actions")
        use = caveats.Use(self.person.id, now(), project_name, project_id, action, self.address)
        reason = caveats.first_unmet((*self.macaroon.caveats, *self.stored_caveats), use)
        if reason:
            raise Forbidden(f"Invalid API Token: {reason}")

    def _names_actions(self) -> bool:
        """Tell whether it was made for certain actions. What a holder adds can only narrow that."""
        return any(json.loads(caveat)[0] == caveats.ACTIONS for caveat in self.stored_caveats)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: network address and program."""

    address: str
    agent: str


def authenticate(header: str, origin: Origin) -> Bearer:
    """Find whose token an Authorization header carries: Basic with user ``__token__``, or ``token``/``bearer``.

    Two indexed look-ups, no password hash. Caveats that do not depend on the project are checked here. A real password
    is looked at for breaches, under the limits of log-ins, and refused with the same words in every case.

    Raises:
        Forbidden: for anything but a valid token of an active person.
    """
    try:
        macaroon = parse(_secret(header, origin))
        identifier = UUID(macaroon.identifier)
    except BadMacaroon as error:
        raise Forbidden(f"Invalid API Token: {error}") from error
    except ValueError as error:
        raise Forbidden("Invalid API Token: malformed token") from error
    row = sql.first(_LOOK_UP, identifier)
    if row is None or not verifies(macaroon, bytes(row[1])):
        raise Forbidden(NO_IDENTITY)
    user_id, _, stored, last_used, by_administrator = row
    holder = person(sql.as_uuid(user_id))
    if holder is None or not holder.may_act:
        raise Forbidden(NO_IDENTITY)
    kept = tuple(caveats.encode(c) for c in sql.as_json(stored))
    bearer = Bearer(holder, macaroon, kept, bool(by_administrator), origin.address)
    bearer.check(None, None)
    _stamp(identifier, None if last_used is None else sql.as_moment(last_used), origin)
    return bearer


_LOOK_UP = "SELECT user_id, key, caveats, last_used_at, issued_by_administrator FROM tokens_token WHERE id = %s"


def _stamp(token: UUID, last_used: datetime | None, origin: Origin) -> None:
    moment = now()
    if last_used is not None:
        if moment - last_used > _USE_STAMP:
            sql.run(_USED, moment, origin.address, token)
    elif sql.run(f"{_USED} AND last_used_at IS NULL", moment, origin.address, token):
        note_first_use(token, origin)


_USED = "UPDATE tokens_token SET last_used_at = %s, last_used_from = %s WHERE id = %s"


def note_first_use(token: UUID, origin: Origin) -> None:
    """Write into the holder's security history that a token was used for the first time."""
    used = Token.objects.select_related("user").get(pk=token)
    request = as_request(origin.address, origin.agent)
    history.record(used.user, "account:api_token:first_used", request, used.description)


def _secret(header: str, origin: Origin) -> str:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() in {"token", "bearer"}:
        return rest.strip()
    if scheme.lower() != "basic":
        raise Forbidden(NO_IDENTITY)
    try:
        username, _, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise Forbidden(NO_IDENTITY) from error
    if username.strip() != "__token__":
        examine_password(username.strip(), password, origin.address, origin.agent)
        raise Forbidden(PASSWORDS_REFUSED)
    if username != "__token__":
        raise Forbidden("Invalid API Token: the user name must be exactly __token__, without spaces or line breaks")
    return password
