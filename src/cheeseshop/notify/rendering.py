# SPDX-License-Identifier: Apache-2.0
"""From a kind of mail and what it tells to subject, plain text and HTML.

One template a kind: its first line is the subject. The HTML form is made from the same text, so that the two agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings as django
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.html import linebreaks, urlize
from django.utils.safestring import mark_safe

from cheeseshop.core import current


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail, ready to be sent."""

    subject: str
    text: str
    html: str


@translation.override(django.LANGUAGE_CODE)  # and not the language of whoever did what the mail tells
def render_mail(kind: str, told: Mapping[str, object]) -> Rendered:
    """Render a mail.

    Raises:
        TemplateDoesNotExist: for a kind that has no template.
    """
    settings = current.settings()
    site = {"site_name": settings.site_name, "site_url": settings.url, "contact": settings.contact}
    template = get_template(f"notify/mails/{kind}.txt").template  # type: ignore[attr-defined]
    whole = template.render(Context({**site, **told}, autoescape=False)).strip()
    subject, _, rest = whole.partition("\n")
    text = _tidy(rest)
    body = mark_safe(linebreaks(urlize(text, autoescape=True)))  # noqa: S308 - urlize has escaped it
    html = get_template("notify/page.html").render({**site, "subject": subject, "body": body})
    return Rendered(" ".join(subject.split()), text, html)


def _tidy(text: str) -> str:
    """Drop the runs of empty lines that conditions in a template leave."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.strip())
    return "\n".join(lines) + "\n"
