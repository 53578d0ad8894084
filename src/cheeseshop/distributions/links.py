# SPDX-License-Identifier: Apache-2.0
"""Whether a link that metadata declares lies where its project is known to be: its own page, or its repository.

Authors write links, readers trust a mark beside them. So only what is spelt plainly can be verified: anything that a
browser might read otherwise than we do (userinfo, backslashes, dots, encoded slashes, letters beyond ASCII) is not.
Nothing is refused here; such a link only goes without the mark.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from cheeseshop.core.facts import PublisherRepository

_LONGEST = 2000
# RFC 3986, appendix B, narrowed to http and https, and to characters that need no repair.
_PLAIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[a-z0-9\-._~!$&'()*+,;=:@%/]*)?(?:[?#][a-z0-9\-._~!$&'()*+,;=:@%/?#]*)?",
    re.IGNORECASE | re.ASCII,
)
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE | re.ASCII)
_SEGMENT = re.compile(r"(?!\.{1,2}\Z)[a-z0-9_.-]{1,255}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plain address leads: scheme, host and port, and the segments of its path as they are written."""

    origin: tuple[str, str, int]
    segments: tuple[str, ...]


def place(url: str) -> Place | None:
    """Return where ``url`` leads, or None where that is not plain to see. An empty last segment is left out."""
    found = _PLAIN.fullmatch(url) if len(url) <= _LONGEST else None
    if found is None:
        return None
    segments = (found["path"] or "/").split("/")[1:]
    if segments[-1] == "":
        segments.pop()
    if any(_is_odd(segment) for segment in segments):
        return None
    scheme = found["scheme"].lower()
    port = int(found["port"]) if found["port"] else _DEFAULT_PORTS[scheme]
    return Place((scheme, found["host"].lower(), port), tuple(segments))


def _is_odd(segment: str) -> bool:
    """Tell whether a segment may move or split the path, however often it is decoded on its way."""
    while (decoded := unquote(segment)) != segment:
        segment = decoded
    return segment in {"", ".", ".."} or any(c in "/\\" or not c.isprintable() for c in segment)


def is_own_page(url: str, site: str, project: str) -> bool:
    """Tell whether ``url`` lies under the page of a project on this index, in any spelling of its name.

    ``site`` is the index's own address, ``project`` a normalised name.
    """
    here, there = place(site), place(url)
    if here is None or there is None or there.origin != here.origin:
        return False
    begin = (*here.segments, "project")
    rest = there.segments[len(begin) :]
    return there.segments[: len(begin)] == begin and bool(rest) and canonicalize_name(rest[0]) == project


def is_of_repository(url: str, repository: PublisherRepository) -> bool:
    """Tell whether ``url`` lies under one of a repository's addresses, ``.git`` at its end tolerated.

    Forges do not tell upper from lower case there.
    """
    there = place(url)
    return there is not None and any(_is_under(there, base) for base in repository.bases)


def _is_under(there: Place, base: str) -> bool:
    root = place(base)
    if root is None or not root.segments or there.origin != root.origin:
        return False
    own = tuple(segment.lower() for segment in root.segments)
    begin = tuple(segment.lower() for segment in there.segments[: len(own)])
    return begin in {own, (*own[:-1], f"{own[-1]}.git")}


def github_repository(owner: str, name: str) -> PublisherRepository:
    """Return the addresses of a repository on github.com, its pages included."""
    return _repository("github.com", "github.io", (owner, name))


def gitlab_repository(
    namespace: str, name: str, host: str = "gitlab.com", pages: str = "gitlab.io"
) -> PublisherRepository:
    """Return the addresses of a GitLab project, its pages included. A namespace may be nested: ``group/subgroup``.

    ``pages`` is the domain of the pages, or empty where they are not known to be the project's.
    """
    return _repository(host, pages, (*namespace.split("/"), name))


def _repository(host: str, pages: str, parts: tuple[str, ...]) -> PublisherRepository:
    if not all(_SEGMENT.fullmatch(part) for part in parts):
        return PublisherRepository()
    top, *below = parts
    bases = [f"https://{host}/{'/'.join(parts)}"]
    if pages and _LABEL.fullmatch(top):
        bases.append(f"https://{top.lower()}.{pages}/{'/'.join(below)}")
    return PublisherRepository(tuple(bases))
