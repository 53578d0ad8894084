# SPDX-License-Identifier: Apache-2.0
"""What is odd about the links of a description: many for little text, shorteners, domains on a list. Pure, bounded.

Links around a picture alone, such as badges, do not count as density.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from cheeseshop.scanning.findings import Findings

SPAM = "spam"
MANY_LINKS = 15
WORDS_A_LINK = 8
"""Where there are many links, and fewer words than this for each of them, a description is odd."""

_LONGEST = 1_000_000
_LARGEST_LIST = 8 * 1024 * 1024
_MOST_LINKS = 5000
_SHORTENERS = frozenset(
    {
        "bit.ly", "bitly.com", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly",
        "s.id", "short.io", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd",
    }
)  # fmt: skip
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(slots=True)
class Links:
    """The links of a text, how many of them are of words, and how many words there are outside of them."""

    addresses: list[str] = field(default_factory=list)
    of_words: int = 0
    words: int = 0


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links = Links()
        self._within = False
        self._worded = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            href = next((value for name, value in attrs if name == "href" and value), "")
            if href.lower().startswith(("http:", "https:", "//")) and len(self.links.addresses) < _MOST_LINKS:
                self.links.addresses.append(href[:2000])
                self._within, self._worded = True, False

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._within = False

    def handle_data(self, data: str) -> None:
        words = len(data.split())
        if not self._within:
            self.links.words += words
        elif words and not self._worded:
            self._worded = True
            self.links.of_words += 1


def links_of(html: str) -> Links:
    """Return the links of sanitised HTML."""
    reader = _Reader()
    reader.feed(html[:_LONGEST])
    reader.close()
    return reader.links


def read_domains(path: Path) -> frozenset[str]:
    """Read a list of domains, one a line; # begins a comment.

    Raises:
        OSError: when it can't be read.
    """
    with path.open("rb") as file:
        text = file.read(_LARGEST_LIST).decode("utf-8", "replace")
    lines = (line.partition("#")[0].strip().lower().strip(".") for line in text.splitlines())
    return frozenset(line for line in lines if _DOMAIN.fullmatch(line))


def look_at_links(links: Links, others: list[str], bad: frozenset[str], found: Findings) -> None:
    """Note what is odd about the links of a description, and about ``others``, those of the metadata."""
    if links.of_words >= MANY_LINKS and links.words < WORDS_A_LINK * links.of_words:
        text = f"A description of {links.of_words} links and {links.words} words beside them."
        found.add("link-density", text, kind=SPAM)
    for address in [*links.addresses, *others]:
        host = _host(address)
        if host in _SHORTENERS:
            found.add("shortened-link", "A link that does not say where it leads.", address, SPAM)
        if any(parent in bad for parent in _and_parents(host)):
            found.add("prohibited-domain", "A link to a domain that is on the list.", address, SPAM)


def _host(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
        return host.encode("idna").decode().lower().removeprefix("www.").strip(".") if host else ""
    except (ValueError, UnicodeError):
        return ""


def _and_parents(host: str) -> list[str]:
    parts = host.split(".")[-10:]
    return [".".join(parts[start:]) for start in range(len(parts) - 1)]
