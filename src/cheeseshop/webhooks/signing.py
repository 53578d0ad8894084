# SPDX-License-Identifier: Apache-2.0
"""Secrets and signatures, by the Standard Webhooks specification (version 1).

Secrets are derived from the instance's key, so that a copy of the database signs nothing. Three lines of HMAC instead
of the reference library, which receivers use, and which the tests hold this against.
"""

import base64
import hmac
from uuid import UUID

from cheeseshop.core import current

_PREFIX = "whsec_"


def secret_of(webhook: UUID, generation: int) -> str:
    """Return a webhook's secret, in the form that its owner gives to the receiver."""
    purpose = f"cheeseshop webhook {webhook} {generation}".encode()
    return _PREFIX + base64.b64encode(hmac.digest(current.secret_key().encode(), purpose, "sha256")).decode()


def sign(secret: str, identity: UUID, timestamp: int, body: bytes) -> str:
    """Return the signature of a message that is sent at ``timestamp``, in seconds since the epoch."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.digest(key, f"{identity}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(signed).decode()}"
