# SPDX-License-Identifier: Apache-2.0
"""Components of the design as template tags: each renders one template of ``web/components``."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

register = template.Library()

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@register.filter
def binary_size(size: int) -> str:
    """Write a number of bytes in binary units."""
    amount = float(size)
    for unit in _UNITS:
        if amount < 1024 or unit == _UNITS[-1]:  # noqa: PLR2004 - binary units
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError


@register.filter
def moment(at: datetime) -> SafeString:
    """Write a time relative to now, with the exact time in UTC on hover and in the source."""
    exact = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{} ago</time>', at.isoformat(), exact, timesince(at, depth=1))


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
