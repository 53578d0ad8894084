# SPDX-License-Identifier: Apache-2.0
"""The integrity endpoint: the provenance of a file, as PEP 740 has it."""

from typing import NamedTuple

import orjson

from cheeseshop.edge.negotiation import acceptable
from cheeseshop.edge.paths import EdgePaths
from cheeseshop.edge.reading import Pages
from cheeseshop.edge.responses import CORS, NOSNIFF, Answer, Header, etag_matches, tagged, text
from cheeseshop.edge_contract.tags import file_tag

INTEGRITY = "application/vnd.pypi.integrity.v1+json"
_JSON = "application/json"
_PARTS = 6  # "", integrity, project, version, filename, provenance
_LONGEST_NAME = 255
_KEPT: Header = (b"cache-control", b"max-age=600, public")
_VARY: Header = (b"vary", b"Accept")


class _Place(NamedTuple):
    """Where a file's provenance lies in the public tree, and the digest that it was stored under."""

    key: str
    sha256: str


class Provenances:
    """Reads provenance from the public tree. Blocks on the disk: call it in a pool thread."""

    def __init__(self, pages: Pages, paths: EdgePaths, *, tags: bool = False) -> None:
        self._pages = pages
        self._tags = tags
        self._public = paths.public / "provenance"

    def answer(self, path: str, accept: bytes, none_match: bytes) -> Answer:
        """Return the answer to ``/integrity/<project>/<version>/<filename>/provenance``.

        The release's container names the files that have provenance; that anyone may read it is said by the link in
        the public tree, which is made and taken away with the file's own.
        """
        media = acceptable(accept.decode("latin-1"), (INTEGRITY, _JSON))
        if media is None:
            return _said(406, f"Request not acceptable: ask for {INTEGRITY} or {_JSON}")
        parts = path.split("/")
        if len(parts) != _PARTS or parts[5] != "provenance":
            return _said(404, "There is nothing at this address: /integrity/PROJECT/VERSION/FILE/provenance")
        found = self._place(parts[2], parts[3], parts[4])
        if isinstance(found, Answer):
            return found
        try:
            body = (self._public / found.key).read_bytes() if found else None
        except FileNotFoundError:  # withdrawn, while its page still is to follow
            body = None
        if found is None or body is None:
            return _said(404, f"No provenance available for {parts[4][:_LONGEST_NAME]}")
        extra = (tagged(file_tag(found.key)),) if self._tags else ()
        return _provenance(body, (media, found.sha256), none_match, extra)

    def _place(self, name: str, version: str, filename: str) -> _Place | Answer | None:
        release = self._pages.release(name, version)
        if release is None or isinstance(release, Answer):
            return release
        found = release.header.get("provenance", {}).get(filename)
        return _Place(*found) if found else None


def _provenance(body: bytes, what: tuple[str, str], none_match: bytes, extra: tuple[Header, ...]) -> Answer:
    media, sha256 = what
    etag = f'"{sha256}"'.encode()
    headers: list[Header] = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode())]
    headers += [_KEPT, (b"etag", etag), _VARY, NOSNIFF, *CORS, *extra]
    if none_match and etag_matches(none_match, etag):
        return Answer(304, headers, b"")
    return Answer(200, headers, body)


def attestations_disabled(site: str) -> Answer:
    """Return the answer while the index takes and shows no attestations."""
    return _said(403, f"Attestations are temporarily disabled. See {site}/help/ for more information.")


def _said(status: int, message: str) -> Answer:
    return text(status, orjson.dumps({"message": message}).decode(), _VARY, *CORS, content_type=_JSON.encode())
