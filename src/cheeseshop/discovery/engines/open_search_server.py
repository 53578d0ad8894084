# SPDX-License-Identifier: Apache-2.0
"""Asking an OpenSearch server: one index of ours, over HTTP and without a driver."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import orjson

from cheeseshop.core.servers import client_of, host_of

FORMAT = 1
"""Part of the index's name: raised when the mapping changes, so that a new index is filled beside the old one."""

_CONNECT = 0.5
_ASK = 1.5  # seconds that a search may take
_WRITE = 60.0
_CURSOR = "up.to"  # no normalised name has a dot
_CONFLICT, _MISSING = 409, 404
_WORDS = {
    "type": "text",
    "analyzer": "whitespace",
    "norms": False,
}  # are folded and stemmed already, as in every engine
_INDEX = {
    "settings": {
        "index": {
            "sort.field": "place",  # the most popular first: a search ends where it has enough
            "sort.order": "asc",
            "refresh_interval": "1s",
            "gc_deletes": "1h",  # for so long, what was removed is not brought back by who comes late
        }
    },
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "serial": {"type": "long"},
            "place": {"type": "long"},
            "released": {"type": "long"},
            "classes": {"type": "keyword"},
            "name": _WORDS,
            "head": _WORDS,
            "body": _WORDS,
        },
    },
}


class OpenSearchError(Exception):
    """The server did not do what it was asked, or not in time."""


class OpenSearchServer:
    """An index of one server. May be shared by threads."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.name = host_of(address)
        self._index = f"/{parts.path.strip('/') or 'cheeseshop'}-{FORMAT}"
        self._client = client_of(
            address,
            auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
            headers={"Content-Type": "application/json"},
        )

    def create(self) -> None:
        """Make the index, if it is not there.

        Raises:
            OpenSearchError: when the server does not answer.
        """
        if self._send("HEAD", "", None, _WRITE, known=(_MISSING,)).is_success:
            return
        self._send("PUT", "", _INDEX, _WRITE, known=(400,))  # somebody else may have made it meanwhile

    def cursor(self) -> int | None:
        """Return the serial up to which the journal is in the index; None where it was never filled.

        Raises:
            OpenSearchError: when the server does not answer.
        """
        reply = self._send("GET", f"/_doc/{_CURSOR}?_source_includes=serial", None, _ASK, known=(_MISSING,))
        return int(_read(reply)["_source"]["serial"]) if reply.is_success else None

    def move_cursor(self, serial: int) -> None:
        """Note how far the journal was read. It never goes back.

        Raises:
            OpenSearchError: when the server does not answer.
        """
        self.write(serial, {_CURSOR: {"serial": serial}})

    def write(self, serial: int, documents: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Put documents into the index by their names, or take them out of it.

        ``serial`` is what the journal had come to before the documents were made: older ones never replace newer ones.

        Raises:
            OpenSearchError: when not all of them are there.
        """
        lines: list[bytes] = []
        for name, document in documents.items():
            head = {"_id": name, "version": serial, "version_type": "external_gte"}
            lines.append(orjson.dumps({"delete" if document is None else "index": head}))
            lines += [orjson.dumps(document)] if document is not None else []
        if not lines:
            return
        told = _read(self._send("POST", "/_bulk", b"\n".join(lines) + b"\n", _WRITE))
        for item in told["items"]:
            result = next(iter(item.values()))
            if result["status"] >= 300 and result["status"] not in {_CONFLICT, _MISSING}:  # noqa: PLR2004 - success is below
                raise OpenSearchError(f"{self.name} does not take a document: {result.get('error')}")

    def forget_before(self, serial: int) -> None:
        """Remove what was written before a serial: nothing that is there has been written since.

        Raises:
            OpenSearchError: when the server does not answer.
        """
        query = {"query": {"range": {"serial": {"lt": serial}}}}
        self._send("POST", "/_refresh", None, _WRITE)
        self._send("POST", "/_delete_by_query?conflicts=proceed&refresh=true", query, _WRITE)

    def search(self, question: Mapping[str, Any]) -> list[tuple[str, int]]:
        """Return names and scores, in the order that is asked for.

        Raises:
            OpenSearchError: when there is no whole answer in time.
        """
        told = _read(self._send("POST", "/_search", {**question, "timeout": f"{_ASK * 1000:.0f}ms"}, _ASK))
        if told["timed_out"] or told["_shards"]["failed"]:
            raise OpenSearchError(f"{self.name} gives a part of an answer")
        return [(hit["_id"], round(hit["_score"] or 0)) for hit in told["hits"]["hits"]]

    def _send(
        self, method: str, path: str, content: object, seconds: float, known: Iterable[int] = ()
    ) -> httpx.Response:
        body = content if isinstance(content, bytes) or content is None else orjson.dumps(content)
        timeout = httpx.Timeout(seconds, connect=_CONNECT)
        try:
            reply = self._client.request(method, self._index + path, content=body, timeout=timeout)
        except httpx.HTTPError as error:
            raise OpenSearchError(f"{self.name} does not answer: {error!r}") from error
        if not reply.is_success and reply.status_code not in known:
            raise OpenSearchError(f"{self.name} answers with {reply.status_code}: {reply.text[:300]}")
        return reply


def _read(reply: httpx.Response) -> Any:  # noqa: ANN401 - the caller knows
    try:
        return orjson.loads(reply.content)
    except orjson.JSONDecodeError as error:
        raise OpenSearchError("The answer is no JSON.") from error


@lru_cache(maxsize=2)
def server_at(address: str) -> OpenSearchServer:
    """Return what asks the server at an address; connections are kept."""
    return OpenSearchServer(address)
