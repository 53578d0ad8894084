# SPDX-License-Identifier: Apache-2.0
"""Partners who scan what is public for secrets, and how their reports are known to be theirs.

The protocol is GitHub's for secret-scanning partners: the body is signed by ECDSA over P-256 with SHA-256, a header
names the key, and the public keys are listed at an address of the partner's.
https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.leaks.keys import public_key

LARGEST_BODY = 1024 * 1024
MOST_REPORTS = 1000
_LONGEST_IDENTIFIER = 200
_LONGEST_SIGNATURE = 400
TOKEN_TYPE = "pypi_api_token"  # noqa: S105 - what reports call tokens


@dataclass(frozen=True, slots=True)
class Partner:
    """Who reports, the first part of their headers, and where their keys are listed."""

    name: str
    header: str
    keys_url: str


@dataclass(frozen=True, slots=True)
class Report:
    """One token that a partner found, and where."""

    token: str
    url: str


def partner_of(headers: Mapping[str, str]) -> Partner | None:
    """Return whose report a request claims to be: the first partner all of whose headers are there."""
    settings = current.settings()
    known = (
        Partner("GitHub", "GITHUB-PUBLIC-KEY", settings.github_keys_url),
        Partner("deps.dev", "GOSST-PUBLIC-KEY", settings.gosst_keys_url),
    )
    for partner in known:
        named = all(f"{partner.header}-{part}" in headers for part in ("IDENTIFIER", "SIGNATURE"))
        if named and partner.keys_url != "off":
            return partner
    return None


def check_signature(partner: Partner, headers: Mapping[str, str], body: bytes) -> None:
    """Check that the partner signed the very bytes of the body.

    Raises:
        Refusal: when they did not, or their keys can't be had.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - takes long to load
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    if len(body) > LARGEST_BODY:
        raise Refusal(f"The body has more than {LARGEST_BODY} bytes; send fewer reports at once.")
    identifier, written = headers[f"{partner.header}-IDENTIFIER"], headers[f"{partner.header}-SIGNATURE"]
    if not identifier or len(identifier) > _LONGEST_IDENTIFIER or len(written) > _LONGEST_SIGNATURE:
        raise Refusal("The key identifier or the signature is malformed.")
    try:
        signature = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("The signature is not base64.") from error
    key = public_key(partner.name, partner.keys_url, identifier)
    try:
        key.verify(signature, body, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise Refusal("The signature does not match the body.") from error


def reports_in(body: bytes) -> list[Report]:
    """Read a signed body: a list of ``{"type", "token", "url"}``. Items of another kind or shape are passed over.

    Raises:
        Refusal: when it is not a list in JSON, or too long a one.
    """
    try:
        items = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("The body is not JSON.") from error
    if not isinstance(items, list):
        raise Refusal("The body is not a list of reports.")
    if len(items) > MOST_REPORTS:
        raise Refusal(f"The list has more than {MOST_REPORTS} reports; send fewer at once.")
    return [report for report in map(_report, items) if report is not None]


def _report(item: Any) -> Report | None:  # noqa: ANN401 - whatever JSON holds
    match item:
        case {"type": str(kind), "token": str(token)} if kind == TOKEN_TYPE:
            url = item.get("url")
            return Report(token, url if isinstance(url, str) else "")
    return None
