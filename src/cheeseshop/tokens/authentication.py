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
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Forbidden
from cheeseshop.core.facts import PublisherIdentity
from cheeseshop.tokens import caveats
from cheeseshop.tokens.macaroons import BadMacaroon, Macaroon, parse, verifies
from cheeseshop.tokens.models import Token

PASSWORDS_REFUSED = (
    "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead."
)
_USE_STAMP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token whose signature held, and whose it is: a person's (``holder``), or a trusted publisher's."""

    holder: Person | None
    macaroon: Macaroon
    stored_caveats: tuple[bytes, ...]
    issued_by_administrator: bool = False
    address: str = ""
    publisher: PublisherIdentity | None = None

    @property
    def person(self) -> Person:
        """The person whose token it is.

        Raises:
            Forbidden: when it is a trusted publisher's, which can do nothing that a person must stand for.
        """
        if self.holder is None:
            raise Forbidden("Invalid API Token: the token of a trusted publisher is good for uploads only")
        return self.holder

    @property
    def actor(self) -> str:
        """What the journal calls who acts."""
        return self.publisher.name if self.publisher else self.person.username

    @property
    def token_id(self) -> UUID | None:
        """The token's row."""
        return UUID(self.macaroon.identifier)

    def check(self, project_name: str | None, project_id: UUID | None, action: str | None = None) -> None:
        """Check every caveat, sent and stored, for a use on a project (None: not known yet).

        Raises:
            Forbidden: naming the caveat that does not hold.
        """
        if action not in {None, Action.UPLOAD.value} and not self._names_actions():
            raise Forbidden("Invalid API Token: this token is good for uploads only; make one with more actions")
        holder = self.holder.id if self.holder else None
        publisher = self.publisher.id if self.publisher else None
        use = caveats.Use(holder, now(), project_name, project_id, action, self.address, publisher)
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


def no_identity() -> Forbidden:
    """Return the refusal of whoever shows no token that counts. It says the same whatever was wrong with it."""
    where = f"{current.settings().url}/help/#invalid-auth"
    return Forbidden(f"Invalid or non-existent authentication information. See {where} for more information.")


def authenticate(header: str, origin: Origin) -> Bearer:
    """Find whose token an Authorization header carries: Basic with user ``__token__``, or ``token``/``bearer``.

    One indexed look-up, and one more for a person; no password hash. Caveats that do not depend on the project are
    checked here. A real password is looked at for breaches, under the limits of log-ins, and refused with the same
    words in every case.

    Raises:
        Forbidden: for anything but a valid token of an active person, or of a trusted publisher.
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
        raise no_identity()
    bearer = _bearer(macaroon, row, origin)
    bearer.check(None, None)
    _stamp(identifier, None if row[3] is None else sql.as_moment(row[3]), origin, first=bearer.holder is not None)
    return bearer


_LOOK_UP = """
SELECT user_id, key, caveats, last_used_at, issued_by_administrator, publisher_id, publisher_facts
FROM tokens_token WHERE id = %s"""


def _bearer(macaroon: Macaroon, row: sql.Row, origin: Origin) -> Bearer:
    user_id, _, stored, _, by_administrator, publisher_id, facts = row
    kept = tuple(caveats.encode(c) for c in sql.as_json(stored))
    if publisher_id is not None:
        publisher = PublisherIdentity.from_json(sql.as_uuid(publisher_id), sql.as_json(facts))
        return Bearer(None, macaroon, kept, address=origin.address, publisher=publisher)
    holder = person(sql.as_uuid(user_id))
    if holder is None or not holder.may_act:
        raise no_identity()
    return Bearer(holder, macaroon, kept, bool(by_administrator), origin.address)


def _stamp(token: UUID, last_used: datetime | None, origin: Origin, *, first: bool) -> None:
    """Keep when and from where a token was last used; ``first``: tell its holder of the first time."""
    moment = now()
    if last_used is not None:
        if moment - last_used > _USE_STAMP:
            sql.run(_USED, moment, origin.address, token)
    elif sql.run(f"{_USED} AND last_used_at IS NULL", moment, origin.address, token) and first:
        note_first_use(token, origin)


_USED = "UPDATE tokens_token SET last_used_at = %s, last_used_from = %s WHERE id = %s"


def note_first_use(token: UUID, origin: Origin) -> None:
    """Write into the holder's security history that a token was used for the first time."""
    used = Token.objects.select_related("user").get(pk=token)
    if used.user is None:
        return
    request = as_request(origin.address, origin.agent)
    history.record(used.user, "account:api_token:first_used", request, used.description)


def _secret(header: str, origin: Origin) -> str:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() in {"token", "bearer"}:
        return rest.strip()
    if scheme.lower() != "basic":
        raise no_identity()
    try:
        username, _, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise no_identity() from error
    if username.strip() != "__token__":
        examine_password(username.strip(), password, origin.address, origin.agent)
        raise Forbidden(PASSWORDS_REFUSED)
    if username != "__token__":
        raise Forbidden("Invalid API Token: the user name must be exactly __token__, without spaces or line breaks")
    return password
