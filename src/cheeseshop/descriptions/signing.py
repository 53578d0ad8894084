# SPDX-License-Identifier: Apache-2.0
"""Addresses of pictures that we fetch for readers: signed, so that nobody makes us fetch what no description names."""

import hmac
from functools import lru_cache

from cheeseshop.core import current

LONGEST = 2000
"""Characters of a picture's address."""


@lru_cache(maxsize=1)
def _key() -> bytes:
    return hmac.digest(current.secret_key().encode(), b"cheeseshop images", "sha256")


def _mac(address: bytes) -> str:
    return hmac.new(_key(), address, "sha256").hexdigest()[:40]


def proxied(address: str) -> str | None:
    """Return the address on this site under which a picture is shown, or None where its own is too long."""
    if len(address) > LONGEST:
        return None
    raw = address.encode("utf-8", "replace")
    return f"/image/{_mac(raw)}/{raw.hex()}"


def opened(mac: str, text: str) -> str | None:
    """Return the picture's own address, or None where the signature is not ours."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    return raw.decode("utf-8", "replace") if hmac.compare_digest(_mac(raw).encode(), mac.encode()) else None
