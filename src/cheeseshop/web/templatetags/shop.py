# SPDX-License-Identifier: Apache-2.0
"""Components of the design as template tags: each renders one template of ``web/components``."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cheeseshop.access.site_roles import SiteAction, may_on_site
from cheeseshop.accounts.history import coarse
from cheeseshop.accounts.models import User
from cheeseshop.core.clock import now
from cheeseshop.web.components import Tab
from cheeseshop.web.tags_in_words import interpreters_in_words, platforms_in_words, tags_in_words

register = template.Library()

_UNITS = ("KiB", "MiB", "GiB", "TiB")


@register.filter
def binary_size(size: int) -> str:
    """Write a number of bytes in binary units."""
    if size < 1024:  # noqa: PLR2004 - binary units
        return ngettext("%(number)d byte", "%(number)d bytes", size) % {"number": size}
    amount = float(size)
    for unit in _UNITS:
        amount /= 1024
        if amount < 1024 or unit == _UNITS[-1]:  # noqa: PLR2004 - binary units
            return f"{number_format(f'{amount:.1f}')} {unit}"
    raise AssertionError


register.filter("tags_in_words", tags_in_words)
register.filter("interpreters_in_words", interpreters_in_words)
register.filter("platforms_in_words", platforms_in_words)


@register.filter
def keeps_the_site(user: User) -> bool:
    """Tell whether somebody may read the pages of the site's keepers."""
    return may_on_site(user, SiteAction.READ)


@register.filter
def moment(at: datetime) -> SafeString:
    """Write a time relative to now, with the exact time in UTC on hover and in the source."""
    exact = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    is_new = now() - at < timedelta(minutes=1)
    ago = _("just now") if is_new else _("%(time)s ago") % {"time": timesince(at, depth=1)}
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, ago)


@register.filter
def message_kind(level: str) -> str:
    """Translate Django's level of a message to the kind of notice it is."""
    return {"success": "good", "warning": "warning", "error": "danger"}.get(level, "info")


@register.filter
def with_site(command: str, url: str) -> str:
    """Write the site's address into a command, in the place of SITE."""
    return command.replace("SITE", url)


@register.filter
def in_fours(code: str) -> str:
    """Write a long code in groups that can be read aloud."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


@register.filter
def coarse_agent(text: str) -> str:
    """Write a browser's name for itself in coarse words."""
    return coarse(text)


@register.inclusion_tag("web/components/code.html")
def code(text: str, label: str) -> dict[str, Any]:
    """Show a command with a button that copies it. ``label`` says what is copied."""
    return {"text": text, "label": label}


@register.inclusion_tag("web/components/notice.html")
def notice(kind: str, title: str, text: str = "") -> dict[str, Any]:
    """Show a notice: ``info``, ``good``, ``warning`` or ``danger``, said in words as well."""
    return {"kind": kind, "title": title, "text": text}


@register.inclusion_tag("web/components/badge.html")
def badge(kind: str, text: str) -> dict[str, Any]:
    """Show a small mark beside a name."""
    return {"kind": kind, "text": text}


@register.inclusion_tag("web/components/beta.html")
def beta() -> dict[str, Any]:
    """Mark a feature that may still change; the mark leads to what that means."""
    return {}


@register.inclusion_tag("web/components/empty.html")
def empty(title: str, text: str = "") -> dict[str, Any]:
    """Say that there is nothing here yet, and what to do."""
    return {"title": title, "text": text}


@register.inclusion_tag("web/components/pagination.html", takes_context=True)
def pagination(context: Any, page: int, more: bool) -> dict[str, Any]:  # noqa: ANN401, FBT001 - a template calls it
    """Show links to the page before and the page after."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return {"page": page, "more": more, "before": page - 1, "after": page + 1, "query": query.urlencode()}


@register.inclusion_tag("web/components/tabs.html")
def tabs(items: list[Tab], label: str) -> dict[str, Any]:
    """Show the tabs of a page. ``label`` says to a screen reader what they are of."""
    return {"tabs": items, "label": label}


@register.inclusion_tag("web/components/search_box.html")
def search_box(term: str = "", *, live: bool = False) -> dict[str, Any]:
    """Show the box that searches projects, with what was looked for. ``live``: results follow what is typed."""
    return {"term": term, "live": live}


@register.inclusion_tag("web/components/navigation.html", takes_context=True)
def navigation(context: Any) -> dict[str, Any]:  # noqa: ANN401 - a template's context
    """Show the links that every page has, and those of who is logged in."""
    return {name: context.get(name) for name in ("user", "allow_registration", "csrf_token")}


@register.inclusion_tag("web/components/button.html")
def button(verb: str, kind: str = "") -> dict[str, Any]:
    """Show a button that sends its form: a verb and its object. ``kind`` is empty, ``secondary`` or ``danger``."""
    return {"verb": verb, "kind": kind}


@register.inclusion_tag("web/components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """Show a form's fields: label, hint, error, input; and before them a summary of the errors that links to each.

    The first field in error gets the focus.
    """
    for field in form.visible_fields():
        if field.errors:
            field.field.widget.attrs["autofocus"] = True
            break
    return {"form": form}


@register.inclusion_tag("web/components/table.html")
def table(caption: str, headers: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    """Show a table, which scrolls by itself where it is wider than the screen."""
    return {"caption": caption, "headers": headers, "rows": rows}
