# SPDX-License-Identifier: Apache-2.0
"""Which links and addresses of a release's metadata are known to be its project's own, and what pages show of them.

Whatever metadata says, anybody could have written. A link is verified when it lies under the project's page on this
index, or under the repository of the trusted publisher that sent a file of the release; an address when it is the
public, verified one of an owner or maintainer at the time of the upload.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cheeseshop import sql
from cheeseshop.catalog.models import Release
from cheeseshop.core import current
from cheeseshop.core.facts import PublisherRepository
from cheeseshop.distributions.contacts import Contact, contacts_in
from cheeseshop.distributions.links import is_of_repository, is_own_page


@dataclass(frozen=True, slots=True)
class Grounds:
    """What metadata is held against."""

    project: str
    repository: PublisherRepository | None = None
    addresses: frozenset[str] = frozenset()


def verified_in(facts: Mapping[str, Any], grounds: Grounds) -> dict[str, list[str]]:
    """Return the links and addresses of ``facts`` that are verified, as they are kept with a release."""
    site = current.settings().url
    urls = {
        url
        for _, url in links_in(facts)
        if is_own_page(url, site, grounds.project)
        or (grounds.repository is not None and is_of_repository(url, grounds.repository))
    }
    addresses = {each.address for each in contacts_in(facts)} & grounds.addresses
    return {name: sorted(values) for name, values in (("urls", urls), ("addresses", addresses)) if values}


def links_in(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the links that metadata declares, as label and address, each address once."""
    found: dict[str, str] = {}
    for label, url in facts.get("project_urls") or ():
        found.setdefault(str(url), str(label))
    for label, key in (("Homepage", "home_page"), ("Download", "download_url")):
        if facts.get(key):
            found.setdefault(str(facts[key]), label)
    return [(label, url) for url, label in found.items()]


def verify_more(release: UUID, grounds: Grounds) -> None:
    """Verify links of a release that is there already, because a trusted publisher sent another file of it.

    Part of the upload's transaction. What was verified stays so.
    """
    row = sql.first("SELECT facts, verified FROM catalog_release WHERE id = %s", release)
    if row is None:
        return
    facts, known = sql.as_json(row[0]), sql.as_json(row[1])
    urls = sorted({*known.get("urls", ()), *verified_in(facts, grounds).get("urls", ())})
    if urls != known.get("urls", []):
        sql.run(_MORE, json.dumps(known | {"urls": urls}), release)


_MORE = "UPDATE catalog_release SET verified = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a project's page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Declared:
    """One group of what a release says of its project: what is verified, or what is not."""

    links: list[Link] = field(default_factory=list)
    people: list[Contact] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.links or self.people)


def declared_by(release: Release) -> tuple[Declared, Declared]:
    """Return what is verified of a release's links and people, and what is not."""
    verified, others = Declared(), Declared()
    urls, addresses = (frozenset(release.verified.get(name, ())) for name in ("urls", "addresses"))
    for label, url in _shown(links_in(release.facts)):
        (verified if url in urls else others).links.append(Link(label, url))
    for person in contacts_in(release.facts):
        (verified if person.address in addresses else others).people.append(person)
    return verified, others


def _shown(links: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Leave out what is no web address: an import of an old file may have brought anything."""
    return ((label or url, url) for label, url in links if url.lower().startswith(("https://", "http://")))
