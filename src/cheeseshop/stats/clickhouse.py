# SPDX-License-Identifier: Apache-2.0
"""Asking a ClickHouse server, by its HTTP interface: the one that works through every proxy and needs no driver."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import orjson

from cheeseshop.core.servers import client_of, host_of

_CONNECT = 0.5
_GRACE = 0.5  # seconds in which the server may still say that its time is over
_CODE = "x-clickhouse-exception-code"
_LONGEST_MESSAGE = 1000
_NOT_ITS_FAULT = frozenset({"159", "202", "209", "210", "241", "242", "252", "319", "425", "439"})
"""Codes by which the server says that it is busy, or that a part of it does not answer."""


class ClickHouseError(Exception):
    """The server did not do what it was asked."""


class UnreachableError(ClickHouseError):
    """It did not answer, or not in time; the same may be asked again."""


class RefusedError(ClickHouseError):
    """It says that what it was asked is wrong, or not allowed."""


class ClickHouse:
    """One database of one server. May be shared by threads."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.name = host_of(address)
        self._fixed = {"database": parts.path.strip("/") or "default", "wait_end_of_query": "1"}
        headers = {"X-ClickHouse-User": unquote(parts.username or "default")}
        if parts.password:
            headers["X-ClickHouse-Key"] = unquote(parts.password)
        self._client = client_of(address, headers=headers)

    def insert(self, statement: str, lines: bytes, settings: Mapping[str, str], seconds: float) -> None:
        """Send rows.

        Raises:
            ClickHouseError: when they may not have arrived.
        """
        self._post({"query": statement, **settings}, lines, seconds)

    def run(self, statement: str, seconds: float) -> None:
        """Have something done.

        Raises:
            ClickHouseError: when it may not be done.
        """
        self._post({}, statement.encode(), seconds)

    def select(
        self,
        statement: str,
        values: Mapping[str, object] | None = None,
        settings: Mapping[str, str] | None = None,
        seconds: float = 1.5,
    ) -> tuple[list[str], list[list[Any]]]:
        """Return columns and rows of a statement that only reads. ``values`` are those of its ``{name:Type}``.

        Raises:
            ClickHouseError: when there is no answer.
        """
        asked = {
            "default_format": "JSONCompact",
            "output_format_json_quote_64bit_integers": "0",
            "max_execution_time": f"{seconds:g}",
            "readonly": "1",
            **{f"param_{name}": str(value) for name, value in (values or {}).items()},
            **(settings or {}),
        }
        try:
            told = orjson.loads(self._post(asked, statement.encode(), seconds + _GRACE))
            return [str(column["name"]) for column in told["meta"]], told["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedError("The answer is not the one expected: leave FORMAT out.") from error

    def _post(self, asked: Mapping[str, str], content: bytes, seconds: float) -> bytes:
        try:
            timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT))
            reply = self._client.post("/", params={**self._fixed, **asked}, content=content, timeout=timeout)
        except httpx.HTTPError as error:
            raise UnreachableError(f"{self.name} does not answer: {error}") from error
        if reply.is_success and _CODE not in reply.headers:
            return reply.content
        message = reply.text[:_LONGEST_MESSAGE].strip()
        code = reply.headers.get(_CODE, "")
        kind = RefusedError if code and code not in _NOT_ITS_FAULT else UnreachableError
        raise kind(message or f"{self.name} answers with {reply.status_code}.")


@lru_cache(maxsize=2)
def server_at(address: str) -> ClickHouse:
    """Return what asks the server at an address; connections are kept."""
    return ClickHouse(address)
