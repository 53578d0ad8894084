# SPDX-License-Identifier: Apache-2.0
"""The public keys of issuers: found by discovery, kept in the cache that all processes share, refreshed sparingly."""

import hashlib
import threading
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.core.cache import cache

from cheeseshop.core.errors import TryAgain
from cheeseshop.publishers.fetching import FetchFailed, fetch_json, is_safe

KEPT = 24 * 3600
FRESH = 3600
PAUSE = 60
_MOST_KEYS = 100
_SHORTEST_RSA = 2048
_LONGEST_NAME = 300
_fetching = threading.BoundedSemaphore(2)
_WAIT = 12.0


class NoKey(Exception):  # noqa: N818 - read as a state
    """The issuer has no such key. The message says so, or why its keys could not be had."""


def key_of(issuer: str, name: object, algorithms: tuple[str, ...]) -> jwt.PyJWK:
    """Return an issuer's key of that name (``kid``), of a kind that fits one of the algorithms.

    What is in the cache is used; a name that is not in it, or an hour gone by, has the issuer asked, once a minute at
    most. Keys that the issuer no longer lists are gone within the hour, unless it can't be reached.

    Raises:
        NoKey: when there is none, or it is too weak.
        TryAgain: when too many wait for issuers already.
    """
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise NoKey("the token names no key (kid)")
    kept = _kept(issuer)
    if kept is None or name not in kept["keys"] or time.time() - kept["at"] > FRESH:
        kept = _refreshed(issuer, name) or kept
    if kept is None:
        raise NoKey(f"the keys of {issuer} can't be had at the moment; try again in a minute")
    if name not in kept["keys"]:
        raise NoKey(f"{issuer} has no key {name[:60]!r}")
    return _usable(kept["keys"][name], algorithms)


def _name(what: str, issuer: str) -> str:
    return f"publisher-{what}:{hashlib.sha256(issuer.encode()).hexdigest()}"


def _kept(issuer: str) -> dict[str, Any] | None:
    found = cache.get(_name("keys", issuer))
    return found if isinstance(found, dict) else None


def forget(issuer: str) -> None:
    """Forget an issuer's keys, so that the next token has them fetched."""
    cache.delete_many([_name("keys", issuer), _name("asked", issuer)])


def _refreshed(issuer: str, name: str) -> dict[str, Any] | None:
    """Fetch the keys, unless that was done, or failed, within the minute. Few threads wait at a time."""
    if not _fetching.acquire(timeout=_WAIT):
        raise TryAgain("Too many wait for issuers' keys; try again in a minute.", retry_after=PAUSE)
    try:
        kept = _kept(issuer)
        if kept is not None and name in kept["keys"] and time.time() - kept["at"] <= FRESH:
            return kept  # another thread fetched them while we waited
        if not cache.add(_name("asked", issuer), 1, PAUSE):
            return kept
        return _fetched(issuer)
    finally:
        _fetching.release()


def _fetched(issuer: str) -> dict[str, Any] | None:
    try:
        found = {"keys": fetch_keys(issuer), "at": time.time()}
    except FetchFailed:
        return None
    cache.set(_name("keys", issuer), found, KEPT)
    return found


def fetch_keys(issuer: str) -> dict[str, dict[str, Any]]:
    """Fetch an issuer's keys by discovery (OpenID Connect Discovery 1.0), by their names.

    Raises:
        FetchFailed: when discovery or keys can't be had, or the document is another issuer's.
    """
    told = fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if told.get("issuer") != issuer:
        raise FetchFailed(f"the discovery document of {issuer} is of another issuer")
    place = told.get("jwks_uri")
    if not isinstance(place, str) or not is_safe(place):
        raise FetchFailed(f"the discovery document of {issuer} names no keys")
    listed = fetch_json(place).get("keys")
    if not isinstance(listed, list):
        raise FetchFailed(f"{place} lists no keys")
    named = [each for each in listed[:_MOST_KEYS] if isinstance(each, dict) and isinstance(each.get("kid"), str)]
    return {each["kid"]: each for each in named if each.get("use", "sig") == "sig"}


def _usable(told: dict[str, Any], algorithms: tuple[str, ...]) -> jwt.PyJWK:
    kind = "EC" if told.get("kty") == "EC" else "RSA"
    algorithm = next((each for each in algorithms if (each.startswith("ES")) == (kind == "EC")), None)
    if algorithm is None:
        raise NoKey(f"a key of the kind {kind} signs nothing here; allowed are {', '.join(algorithms)}")
    try:
        found = jwt.PyJWK.from_dict(told, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoKey("the issuer's key is malformed") from error
    public = found.key
    if isinstance(public, RSAPublicKey) and public.key_size >= _SHORTEST_RSA:
        return found
    if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
        return found
    raise NoKey("the issuer's key is too weak, or of an unknown kind")
