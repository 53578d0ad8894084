# SPDX-License-Identifier: Apache-2.0
"""Which form of a page, and which encoding of it, a client wants (RFC 9110, PEP 691)."""

from functools import lru_cache
from urllib.parse import parse_qs

HTML = "text/html"
V1_HTML = "application/vnd.pypi.simple.v1+html"
V1_JSON = "application/vnd.pypi.simple.v1+json"
_OFFERS = (HTML, V1_HTML, V1_JSON)
_ALIASES = {
    "application/vnd.pypi.simple.latest+html": V1_HTML,
    "application/vnd.pypi.simple.latest+json": V1_JSON,
}
_MAX_HEADER = 2000


def simple_media_type(accept: str, query: str) -> str:
    """Return the media type to answer with. ``?format=`` outranks the header; nothing acceptable gets HTML."""
    return _simple_media_type(accept[:_MAX_HEADER], query[:_MAX_HEADER])  # what is remembered stays small


@lru_cache(maxsize=512)
def _simple_media_type(accept: str, query: str) -> str:
    if query:
        wanted = parse_qs(query).get("format", [""])[0]
        wanted = _ALIASES.get(wanted, wanted)
        if wanted in _OFFERS:
            return wanted
    ranges = _ranges(accept)
    if not ranges:
        return HTML
    best = max(_OFFERS, key=lambda offer: _quality(offer, ranges))  # the first of equals: server order
    return best if _quality(best, ranges) > 0 else HTML


def acceptable(accept: str, offers: tuple[str, ...]) -> str | None:
    """Return which of ``offers`` to answer with, or None where the header rules all of them out (RFC 9110).

    Of equals the first offer wins; without a header anything goes.
    """
    ranges = _ranges(accept[:_MAX_HEADER])
    if not ranges:
        return offers[0]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    return best if _quality(best, ranges) > 0 else None


def content_encoding(header: str, offers: tuple[str, ...] = ("zstd", "gzip")) -> str:
    """Return the first of ``offers`` that the client takes, or ``identity``."""
    return _content_encoding(header[:_MAX_HEADER], offers)


@lru_cache(maxsize=512)
def _content_encoding(header: str, offers: tuple[str, ...]) -> str:
    ranges = _ranges(header)
    for coding in offers:
        if ranges.get(coding, 0.0) > 0:
            return coding
    if "*" in ranges and ranges["*"] > 0 and "gzip" not in ranges:
        return "gzip"
    return "identity"


def _ranges(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for item in header.split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name:
            found[_ALIASES.get(name.lower(), name.lower())] = _q(parameters)
    return found


def _q(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def _quality(offer: str, ranges: dict[str, float]) -> float:
    main = offer.partition("/")[0] + "/*"
    for candidate in (offer, main, "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
