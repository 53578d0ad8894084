# SPDX-License-Identifier: Apache-2.0
"""From the Authorization header of a request to the token it carries."""

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cheeseshop.accounts.models import User
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

    user: User
    token: Token
    macaroon: Macaroon

    def check(self, project_name: str | None, project_id: UUID | None) -> None:
        """Check every caveat, sent and stored, for a use on a project (None: not known yet).

        Raises:
            Forbidden: naming the caveat that does not hold.
        """
        use = caveats.Use(self.user.id, now(), project_name, project_id)
        stored = (caveats.encode(c) for c in self.token.caveats)
        reason = caveats.first_unmet((*self.macaroon.caveats, *stored), use)
        if reason:
            raise Forbidden(f"Invalid API Token: {reason}")


def authenticate(header: str) -> Bearer:
    """Find whose token an Authorization header carries: Basic with user ``__token__``, or ``token``/``bearer``.

    One indexed look-up, no password hash. Caveats that do not depend on the project are checked here.

    Raises:
        Forbidden: for anything but a valid token of an active person.
    """
    try:
        macaroon = parse(_secret(header))
        identifier = UUID(macaroon.identifier)
    except BadMacaroon as error:
        raise Forbidden(f"Invalid API Token: {error}") from error
    except ValueError as error:
        raise Forbidden("Invalid API Token: malformed token") from error
    token = Token.objects.select_related("user").filter(id=identifier).first()
    if token is None or not verifies(macaroon, bytes(token.key)):
        raise Forbidden(NO_IDENTITY)
    user: User = token.user
    if not user.is_active or user.frozen_at is not None:
        raise Forbidden(NO_IDENTITY)
    bearer = Bearer(user, token, macaroon)
    bearer.check(None, None)
    _stamp(token)
    return bearer


def _stamp(token: Token) -> None:
    moment = now()
    if token.last_used_at is None or moment - token.last_used_at > _USE_STAMP:
        Token.objects.filter(id=token.id).update(last_used_at=moment)


def _secret(header: str) -> str:
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
        raise Forbidden(PASSWORDS_REFUSED)
    if username != "__token__":
        raise Forbidden("Invalid API Token: the user name must be exactly __token__, without spaces or line breaks")
    return password
