# SPDX-License-Identifier: Apache-2.0
"""Identifiers of rows."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a fresh UUIDv7 (RFC 9562): unique, and ordered by time so that B-trees stay dense."""
    return UUID(int=uuid7().int)
