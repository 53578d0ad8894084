# SPDX-License-Identifier: Apache-2.0
"""From a text's Markdown to the HTML of a page: placeholders filled, rendered, sanitised as descriptions are."""

from functools import lru_cache
from string import Template

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.descriptions.shown import shown
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.rendering import render_description

_MARKDOWN = "text/markdown; variant=GFM"


def placeholders() -> dict[str, str]:
    """Return the names that stand for the site's settings in a text, and what they are now."""
    site = current.settings()
    return {
        "site_name": site.site_name,
        "site_url": site.url,
        "contact": site.contact,
        "security_contact": site.security_contact or site.contact,
        "operator": site.operator or f"the administrators of {site.site_name}",
        "software_url": site.software_url,
        "forget_days": str(site.forget_addresses_days),
    }


def filled(text: str) -> str:
    """Put the site's settings into the places of a text: ``$site_name`` and its like. Any other ``$`` stays."""
    return Template(text).safe_substitute(placeholders())


def as_html(text: str) -> SafeString:
    """Return a text as a page shows it.

    Raises:
        Refusal: when it does not render, or not in time.
    """
    try:
        return mark_safe(shown(_rendered(filled(text))))  # noqa: S308 - sanitised by both
    except DistributionRefused as error:
        raise Refusal(gettext("The text does not render as Markdown, or takes too long.")) from error


def as_safe_html(text: str) -> SafeString:
    """Return a text as a page shows it, or as it was written where it does not render just now."""
    try:
        return as_html(text)
    except Refusal:
        return mark_safe(f"<pre>{escape(filled(text))}</pre>")  # noqa: S308 - escaped


@lru_cache(maxsize=64)
def _rendered(text: str) -> str:
    return render_description(text, _MARKDOWN)
