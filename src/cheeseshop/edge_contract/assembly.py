# SPDX-License-Identifier: Apache-2.0
"""How the forms of a project's page are put together from pieces. The edge joins; ``verify`` joins the same way.

A project has one *page* container (heads, tails and, while small, its files), one *release* container for each
release, and *chunk* containers once its files are many. A chunk covers a range of releases in version order.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from cheeseshop.edge_contract.container import Container, Piece, make_piece

PAGE_FORMAT = 2


class Form(StrEnum):
    """The forms of a project's page."""

    SIMPLE_HTML = "simple.html"
    SIMPLE_JSON = "simple.json"
    PROJECT_JSON = "project.json"
    RELEASE_JSON = "release.json"


COMMA = make_piece(b",")
_INFO = make_piece(b'{"info":')
_URLS = make_piece(b',"urls":[')
_VULNERABILITIES = make_piece(b'],"vulnerabilities":')
_END = make_piece(b"}\n")
_FILES = make_piece(b'],"files":[')
_FILES_END = make_piece(b"]}\n")
_NO_VULNERABILITIES = make_piece(b"[]")

Opener = Callable[[str], Container]


def chunks_of(page: Container, open_chunk: Opener) -> list[Container]:
    """Return the containers that hold a page's files: the page itself while it is small."""
    return [open_chunk(name) for name in page.header["chunks"]] or [page]


def simple_html(page: Container, chunks: Sequence[Container]) -> list[Piece]:
    """Return the pieces of the simple repository page in HTML (PEP 503, 592, 629, 658, 714, 740, 792)."""
    return [page.piece("html_head"), *(c.piece("html") for c in chunks), page.piece("html_tail")]


def simple_json(page: Container, chunks: Sequence[Container]) -> list[Piece]:
    """Return the pieces of the simple repository page in JSON (PEP 691, 700)."""
    versions = _comma_joined(c.piece("versions") for c in chunks)
    files = _comma_joined(c.piece("json") for c in chunks)
    return [page.piece("json_head"), *versions, _FILES, *files, _FILES_END]


def project_json(page: Container, chunks: Sequence[Container], latest: Container) -> list[Piece]:
    """Return the pieces of the legacy JSON of a project: its latest release, and every file, newest first."""
    releases = _comma_joined(c.piece("legacy") for c in reversed(chunks))
    return [
        _INFO,
        latest.piece("info"),
        page.piece("legacy_head"),
        page.piece("legacy_releases_open"),
        *releases,
        page.piece("legacy_releases_close"),
        *_release_end(latest),
    ]


def release_json(page: Container, release: Container) -> list[Piece]:
    """Return the pieces of the legacy JSON of one release."""
    return [_INFO, release.piece("info"), page.piece("legacy_head"), *_release_end(release)]


def _release_end(release: Container) -> list[Piece]:
    found = release.piece("vulnerabilities")
    return [_URLS, release.piece("urls"), _VULNERABILITIES, found if found.raw else _NO_VULNERABILITIES, _END]


def _comma_joined(pieces: Iterable[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if piece.raw:
            if joined:
                joined.append(COMMA)
            joined.append(piece)
    return joined
