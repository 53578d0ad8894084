# SPDX-License-Identifier: Apache-2.0
"""Fetching what an issuer publishes: bounded in size and time, over TLS, from where it was asked for."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

_TIMEOUT = 5.0
_WHOLE = 10.0
_LARGEST = 512 * 1024


class FetchFailed(Exception):  # noqa: N818 - read as a state
    """The address gave nothing of use. The message says why."""


def is_safe(address: str) -> bool:
    """Tell whether an address is fetched at all: over TLS, or on this very machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in {"localhost", "127.0.0.1"}))


def fetch_json(address: str) -> dict[str, Any]:
    """Fetch a JSON object. No redirect is followed.

    Raises:
        FetchFailed: when the address is not safe, does not answer in time, answers too much, or no JSON object.
    """
    if not is_safe(address):
        raise FetchFailed(f"{address} is not https")
    end = time.monotonic() + _WHOLE
    body = b""
    try:
        with httpx.stream("GET", address, timeout=_TIMEOUT, headers={"accept": "application/json"}) as reply:
            if reply.status_code != httpx.codes.OK:
                raise FetchFailed(f"{address} answered {reply.status_code}")
            for block in reply.iter_bytes(65536):
                body += block
                if len(body) > _LARGEST or time.monotonic() > end:
                    raise FetchFailed(f"{address} answers too much, or too slowly")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(f"{address} does not answer ({type(error).__name__})") from error
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchFailed(f"{address} answered no JSON") from error
    if not isinstance(found, dict):
        raise FetchFailed(f"{address} answered no JSON object")
    return found
