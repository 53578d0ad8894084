# SPDX-License-Identifier: Apache-2.0
"""Which fronts there are, and what must be said to one for it to forget something.

What changed is called by ``project/NAME``, ``packages/KEY`` of a file, or ``all-projects``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from cheeseshop.core import current
from cheeseshop.core.settings import KEYED, REFRESHED
from cheeseshop.edge_contract.tags import EVERY_PROJECT, file_tag, project_tag

_FILES = "packages/"
_MOST_KEYS = 250  # Fastly takes 256
_LONGEST = 4000  # characters of keys in one header; Varnish takes 8,192
_FORMS = (
    "text/html",
    "application/vnd.pypi.simple.v1+html",
    "application/vnd.pypi.simple.v1+json",
)
_PAGE_OF = "project/"


@dataclass(frozen=True, slots=True)
class Front:
    """A cache in front of the index, as the setting names it."""

    name: str

    @property
    def is_keyed(self) -> bool:
        """Tell whether it knows answers by surrogate keys, and not by their addresses."""
        return self.name.startswith(KEYED)

    @property
    def address(self) -> str:
        """Where requests to it go."""
        return self.name.removeprefix(KEYED).removeprefix(REFRESHED).rstrip("/")

    @property
    def method(self) -> str:
        """How it is asked to forget an address, or to fetch it anew: it turns a HEAD into a GET of its own."""
        return "HEAD" if self.name.startswith(REFRESHED) else "PURGE"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a front, and all that is purged when this one and the others about it are taken."""

    method: str
    url: str
    headers: dict[str, str]
    about: tuple[str, ...]


def fronts() -> list[Front]:
    """Return the fronts that the settings name."""
    return [Front(word) for word in current.settings().purge.split()]


def project(normalized_name: str) -> str:
    """Return what the pages of a project are called."""
    return project_tag(normalized_name)


def file(blob_key: str) -> str:
    """Return what a file is called, with its core metadata and its provenance."""
    return _FILES + blob_key


def calls(front: Front, whats: Iterable[str]) -> Iterator[Call]:
    """Yield the requests that make a front forget something."""
    name, _, value = current.settings().purge_header.partition(": ")
    common = {"User-Agent": "Cheeseshop"} | ({name: value} if name else {})
    if front.is_keyed:
        for some in _batches(whats):
            keys = " ".join(dict.fromkeys(map(_key, some)))
            yield Call("POST", front.address, {**common, "Surrogate-Key": keys}, tuple(some))
        return
    common["Host"] = urlsplit(current.settings().url).netloc
    for what in whats:
        for path, accept in _places(what):
            yield Call(front.method, front.address + path, common | {"Accept": accept}, (what,))


def _key(what: str) -> str:
    return file_tag(what.removeprefix(_FILES)) if what.startswith(_FILES) else what


def _batches(whats: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for what in whats:
        if batch and (len(batch) == _MOST_KEYS or size + len(what) > _LONGEST):
            yield batch
            batch, size = [], 0
        batch.append(what)
        size += len(what) + 1
    if batch:
        yield batch


def _places(what: str) -> Iterator[tuple[str, str]]:
    """Yield the paths of something, with the form of each that is asked for."""
    if what.startswith(_FILES):
        yield f"/{what}", "*/*"
        yield f"/{what}.metadata", "*/*"
        return
    name = what.removeprefix(_PAGE_OF)
    for form in _FORMS:
        yield ("/simple/" if what == EVERY_PROJECT else f"/simple/{name}/"), form
    if what != EVERY_PROJECT:
        yield f"/pypi/{name}/json", "*/*"
