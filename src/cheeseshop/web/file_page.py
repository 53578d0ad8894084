# SPDX-License-Identifier: Apache-2.0
"""What the page of one published file shows."""

from dataclasses import dataclass
from typing import Any

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, PackageType, Release
from cheeseshop.inside import queries as inside
from cheeseshop.inside.archives import Busy, NotReadable, open_archive
from cheeseshop.inside.sboms import is_sbom
from cheeseshop.publishers.providers.google import Google
from cheeseshop.publishers.queries import described
from cheeseshop.stats.queries import downloads_of

_PATIENCE = 0.2  # seconds until a page goes without what an archive would have told
_MOST_SBOMS = 20


def file_context(release: Release, filename: str) -> dict[str, Any]:
    """Return what ``web/file.html`` shows.

    Raises:
        Missing: when there is no such file that anybody may fetch.
    """
    file = inside.file_of(release, filename)
    return {
        "file": file,
        "origin": _origin_of(file),
        "downloads": downloads_of(file),
        "contents": _contents_of(file),
        "pinned": f"{release.project.normalized_name}=={release.version} --hash=sha256:{file.sha256}",
    }


@dataclass(frozen=True, slots=True)
class Origin:
    """Who uploaded a file: a person, by their name, or a trusted publisher; and with what tool."""

    person: str = ""
    publisher: str = ""
    issuer: str = ""
    url: str = ""
    tool: str = ""


def _origin_of(file: File) -> Origin:
    tool = file.user_agent.partition(" ")[0][:60]
    if file.publisher is not None:
        name, issuer, urls = described(file.publisher)
        shown = "" if file.publisher.provider == Google.key else name  # an address of somebody's
        return Origin(publisher=shown, issuer=issuer, url=urls[0] if urls else "", tool=tool)
    person: User | None = file.uploaded_by
    return Origin(person=person.username if person is not None and person.is_active else "", tool=tool)


@dataclass(frozen=True, slots=True)
class Contents:
    """How much a wheel holds, and its bills of materials (PEP 770)."""

    count: int
    size: int
    sboms: list[str]


def _contents_of(file: File) -> Contents | None:
    """Read a wheel's directory. A source archive has none: it would have to be unpacked for it."""
    if file.packagetype != PackageType.WHEEL:
        return None
    try:
        with open_archive(inside.path_of(file), file.filename, _PATIENCE) as archive:
            members = archive.members()
    except (Busy, NotReadable):
        return None
    sboms = [member.path for member in members if is_sbom(member.path)]
    return Contents(len(members), sum(member.size for member in members), sboms[:_MOST_SBOMS])
