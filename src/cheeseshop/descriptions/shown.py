# SPDX-License-Identifier: Apache-2.0
"""From a description's stored HTML to what a page shows.

The HTML was rendered and sanitised when it was uploaded. It passes the sanitiser a second time here, because that is
where addresses are changed, and because a fault of one version of it is then not stored for ever.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import nh3
from readme_renderer.clean import ALLOWED_ATTRIBUTES, ALLOWED_TAGS

from cheeseshop.core import current
from cheeseshop.descriptions.signing import proxied
from cheeseshop.descriptions.sizes import sized

_ANCHOR = re.compile(r'<a (?:title="[^"]*" )?href="(#user-content-[^"]*)" rel="[^"]*"></a>')
_NAMED_ANCHOR = r'<a class="anchor" href="\1" aria-label="Link to this section">#</a>'
_EMPTY_LINK = re.compile(r"<a rel=\"[^\"]*\"></a>")
_REPOSITORY = re.compile(r"/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_FILES = {  # host: where a repository's files are read by people, and as they are
    "github.com": ("https://github.com{repository}/blob/HEAD/", "https://raw.githubusercontent.com{repository}/HEAD/"),
    "gitlab.com": ("https://gitlab.com{repository}/-/blob/HEAD/", "https://gitlab.com{repository}/-/raw/HEAD/"),
    "codeberg.org": ("https://codeberg.org{repository}/src/", "https://codeberg.org{repository}/raw/"),
    "bitbucket.org": ("https://bitbucket.org{repository}/src/HEAD/", "https://bitbucket.org{repository}/raw/HEAD/"),
}
_ALWAYS = {
    "input": {"disabled": ""},
    "img": {"loading": "lazy", "decoding": "async"},
    "pre": {"tabindex": "0"},  # both scroll where they are wider than the page, and the keyboard has to reach them
    "table": {"tabindex": "0"},
}
_REMEMBERED = 100_000  # characters
_SOURCE_LABELS = ("source", "repository", "code", "github", "gitlab", "homepage", "home")


def shown(html: str, project_urls: Sequence[Sequence[str]] = ()) -> str:
    """Return a description for a page. ``project_urls`` are the release's label and address pairs.

    Relative links lead into the repository that the metadata names, where its host is a known one; elsewhere they
    would lead nowhere, and are text.
    """
    if not html:
        return ""
    show = _remembered if len(html) < _REMEMBERED else _shown
    return sized(show(html, _bases(project_urls), current.settings().image_proxy))


def _shown(html: str, bases: tuple[str, str] | None, proxy: bool) -> str:  # noqa: FBT001 - part of a cache's key
    def resolved(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("a", "href"):
            return _link(value, bases[0] if bases else None)
        if (tag, attribute) == ("img", "src"):
            address = _absolute(value, bases[1] if bases else None)
            return proxied(address) if address and proxy else None
        return value

    cleaned = nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=resolved,
        link_rel="nofollow ugc noopener",
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values=_ALWAYS,
    )
    return _EMPTY_LINK.sub("", _ANCHOR.sub(_NAMED_ANCHOR, cleaned))


_remembered = lru_cache(maxsize=64)(_shown)


def _link(value: str, base: str | None) -> str | None:
    if value.startswith("#"):
        return value
    if _scheme(value) in {"http", "https", "mailto"}:
        return value
    return _absolute(value, base)


def _absolute(value: str, base: str | None) -> str | None:
    """Return an address of the web, resolved against ``base`` but never out of it; None where there is none."""
    scheme = _scheme(value)
    if scheme in {"http", "https"}:
        return value
    if scheme or value.startswith("//"):
        return None
    if base is None:
        return None
    try:
        found = urljoin(base, value.lstrip("/"))
    except ValueError:
        return None
    return found if found.startswith(base) else None


def _scheme(value: str) -> str:
    try:
        return urlsplit(value).scheme
    except ValueError:
        return "invalid"


def _bases(project_urls: Sequence[Sequence[str]]) -> tuple[str, str] | None:
    """Return where links and pictures of the project's repository are, from the link that is likeliest to name it."""
    ranked = sorted(project_urls, key=lambda pair: _rank(pair[0]))
    for _, address in ranked:
        try:
            parts = urlsplit(address)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            continue
        path = "/".join(parts.path.split("/")[:3]).removesuffix(".git")
        if parts.scheme == "https" and host in _FILES and _REPOSITORY.fullmatch(path):
            page, raw = _FILES[host]
            return page.format(repository=path), raw.format(repository=path)
    return None


def _rank(label: str) -> int:
    lower = label.lower()
    return next((n for n, word in enumerate(_SOURCE_LABELS) if word in lower), len(_SOURCE_LABELS))
