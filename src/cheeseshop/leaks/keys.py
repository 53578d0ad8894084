# SPDX-License-Identifier: Apache-2.0
"""The public keys of partners: fetched when they are needed, kept for half an hour, bounded in size and time."""

import json
import logging
import threading
import time
from typing import TYPE_CHECKING

from django.core.cache import cache

from cheeseshop import __version__
from cheeseshop.core.errors import Refusal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

log = logging.getLogger(__name__)

KEPT = 30 * 60
AGAIN = 60
"""Seconds between two tries for a list that lacks a key or can't be had: strangers decide what is asked for."""
_SECONDS = 5.0
_LARGEST = 256 * 1024
_MOST_KEYS = 100
_MOST_WAITING = 8
_fetching = threading.Lock()
_waiting = threading.BoundedSemaphore(_MOST_WAITING)

Keys = dict[str, str]


def public_key(partner: str, url: str, identifier: str) -> "EllipticCurvePublicKey":
    """Return a partner's key.

    Raises:
        Refusal: when the list does not have it, or can't be had, or it is no key of P-256.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey  # noqa: PLC0415 - slow
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - as above

    pem = _keys(partner, url, identifier).get(identifier)
    if pem is None:
        raise Refusal(f"{partner} lists no such key.")
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise Refusal(f"What {partner} lists is no key.") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise Refusal(f"The key that {partner} lists is not one of P-256.")
    return key


def _keys(partner: str, url: str, identifier: str) -> Keys:
    """Return the partner's list: the one that is kept if it has the key, else a fresh one, unless asked just now."""
    place = f"leaks:keys:{url}"
    kept: Keys | None = cache.get(place)
    if kept is not None and identifier in kept:
        return kept
    if not _waiting.acquire(blocking=False):  # a slow list must not hold every thread
        return kept or {}
    try:
        with _fetching:
            return _refreshed(partner, url, identifier)
    finally:
        _waiting.release()


def _refreshed(partner: str, url: str, identifier: str) -> Keys:
    """Fetch the list, unless another thread did so while this one waited, or it was asked for within the minute."""
    place = f"leaks:keys:{url}"
    kept: Keys | None = cache.get(place)
    if kept is not None and identifier in kept:
        return kept
    if not cache.add(f"leaks:asked:{url}", 1, AGAIN):
        if kept is None:
            raise Refusal(f"The keys of {partner} can't be had at the moment; try again in a minute.")
        return kept
    try:
        fresh = _fetch(url)
    except (OSError, ValueError) as error:
        log.warning("the keys of %s can't be had: %s", partner, error)
        raise Refusal(f"The keys of {partner} can't be had at the moment; try again in a minute.") from error
    cache.set(place, fresh, KEPT)
    return fresh


def _fetch(url: str) -> Keys:
    """Fetch and read a list.

    Raises:
        OSError: when the partner can't be asked.
        ValueError: when the answer is too large, too slow or no list of keys.
    """
    import httpx  # noqa: PLC0415 - takes a fifth of a second to load, which every start would pay

    headers = {"Accept": "application/json", "User-Agent": f"cheeseshop/{__version__}"}
    body, end = bytearray(), time.monotonic() + _SECONDS
    try:
        with httpx.stream("GET", url, headers=headers, timeout=_SECONDS, follow_redirects=False) as answer:
            answer.raise_for_status()
            for block in answer.iter_bytes(16 * 1024):
                body += block
                if len(body) > _LARGEST or time.monotonic() > end:
                    raise ValueError("the list is too large or comes too slowly")
    except httpx.HTTPError as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    return _read(bytes(body))


def _read(body: bytes) -> Keys:
    try:
        match json.loads(body):
            case {"public_keys": list(listed)} if len(listed) <= _MOST_KEYS:
                return {str(each["key_identifier"]): str(each["key"]) for each in listed}
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("the list is malformed") from error
    raise ValueError("the answer is no list of keys")
