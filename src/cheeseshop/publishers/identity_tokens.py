# SPDX-License-Identifier: Apache-2.0
"""Checking the identity token of a build service (OpenID Connect Core 1.0, RFC 7519)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.publishers.issuers import issuer_at, why_off
from cheeseshop.publishers.keys import NoKey, key_of
from cheeseshop.publishers.providers import provider_of
from cheeseshop.publishers.providers.base import Provider, text_of

LEEWAY = 30
_KEPT_LONGER = timedelta(seconds=35)
_LONGEST_TOKEN = 16 * 1024
_LONGEST_LIFE = timedelta(days=7)
_LONGEST_ID = 300
_REQUIRED = ["iss", "aud", "exp", "iat"]


class MintRefused(Exception):  # noqa: N818 - an answer
    """No token is given. ``errors`` are pairs of a code that clients know and what a person reads."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{code}: {text}" for code, text in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class IdentityToken:
    """A token whose signature and times held. ``digest`` stands for its ``jti`` until ``forget_at``."""

    provider: Provider
    claims: dict[str, Any]
    digest: str
    forget_at: datetime


def verify(token: str) -> IdentityToken:
    """Check signature, issuer, audience and times of a token. Nothing in it is believed before the signature held.

    Raises:
        MintRefused: saying why not, with each claim that is wrong.
        TryAgain: when too many wait for issuers' keys.
    """
    header, claims = _peek(token)
    issuer = issuer_at(claims.get("iss"))
    if issuer is None:
        raise MintRefused(("invalid-payload", f"unknown trusted publishing issuer {_short(claims.get('iss'))}"))
    if reason := why_off() or why_off(issuer):
        raise MintRefused(("not-enabled", reason))
    provider = provider_of(issuer)
    if header.get("alg") not in provider.algorithms:
        raise MintRefused(_invalid("alg", " or ".join(provider.algorithms), header.get("alg")))
    try:
        key = key_of(issuer.url, header.get("kid"), provider.algorithms)
        jwt.decode(token, key.key, [str(header["alg"])], options=_ONLY_SIGNATURE)
    except NoKey as error:
        raise MintRefused(("invalid-token", str(error))) from error
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise MintRefused(("invalid-token", "the signature does not fit the issuer's key")) from error
    return _checked(token, provider, claims)


_OURS = dict.fromkeys(
    ("verify_aud", "verify_exp", "verify_nbf", "verify_iat", "verify_iss", "verify_sub", "verify_jti"), False
)
_ONLY_SIGNATURE: Any = {"verify_signature": True, **_OURS}  # the claims are checked below, so that each fault is named
_NOTHING: Any = {"verify_signature": False, **_OURS}


def _peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read header and claims without believing them."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise MintRefused(("invalid-payload", "malformed JWT"))
    try:
        told = jwt.decode_complete(token, options=_NOTHING)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError, AttributeError) as error:
        raise MintRefused(("invalid-payload", "malformed JWT")) from error
    return told["header"], told["payload"]


def _checked(token: str, provider: Provider, claims: dict[str, Any]) -> IdentityToken:
    errors = list(_faults(provider, claims))
    if errors:
        raise MintRefused(*errors)
    signed = token.rpartition(".")[0]  # without the signature, which for some algorithms can be written in two ways
    name = text_of(claims.get("jti")) or hashlib.sha256(signed.encode()).hexdigest()
    digest = hashlib.sha256(f"{provider.issuer.url}\n{name}".encode()).hexdigest()
    return IdentityToken(provider, claims, digest, _moment(claims["exp"]) + _KEPT_LONGER)


def _faults(provider: Provider, claims: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name each registered claim that is wrong. The audience must be this index alone."""
    for name in _REQUIRED:
        if name not in claims:
            yield _invalid(name, "a value", None)
    audience = current.settings().host
    if "aud" in claims and claims["aud"] != audience:
        yield _invalid("aud", repr(audience), claims["aud"])
    yield from _times(claims)
    identifier = text_of(claims.get("jti"))
    if len(identifier) > _LONGEST_ID or (provider.needs_jti and not identifier):
        yield _invalid("jti", "an identifier", claims.get("jti"))


def _times(claims: dict[str, Any]) -> Iterator[tuple[str, str]]:
    at, leeway = now(), timedelta(seconds=LEEWAY)
    for name in ("exp", "iat", "nbf"):
        if name not in claims:
            continue
        try:
            moment = _moment(claims[name])
        except (TypeError, ValueError, OverflowError, OSError):
            yield _invalid(name, "a time in seconds", claims[name])
            continue
        if name == "exp" and not at - leeway < moment < at + _LONGEST_LIFE:
            yield _invalid(name, f"a time after {at:%Y-%m-%d %H:%M:%S} UTC, within seven days", f"{moment:%F %T} UTC")
        elif name != "exp" and moment > at + leeway:
            yield _invalid(name, f"a time before {at:%Y-%m-%d %H:%M:%S} UTC", f"{moment:%F %T} UTC")


def _moment(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError
    return datetime.fromtimestamp(seconds, UTC)


def _invalid(claim: str, expected: str, found: object) -> tuple[str, str]:
    return "invalid-token", f"{claim}: expected {expected}, found {_short(found)}"


def _short(found: object) -> str:
    if found is None:
        return "nothing"
    text = text_of(found)
    return repr(text[:100]) if text else "something else"
