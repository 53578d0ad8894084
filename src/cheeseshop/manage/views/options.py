# SPDX-License-Identifier: Apache-2.0
"""What the address of a list asks for: a filter, an order, a page. What it does not know, it takes for the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE = 50
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the choices of a list's form: the parameter, what it is called, what may be chosen, what is."""

    name: str
    label: str
    options: Mapping[str, str]
    chosen: str


def typed(request: HttpRequest, name: str = "filter") -> str:
    """Return a text that the address carries. PostgreSQL refuses to be asked for a NUL."""
    return request.GET.get(name, "").strip().replace("\0", "")[:_LONGEST]


def choice(request: HttpRequest, name: str, label: str, options: Mapping[str, Any]) -> Choice:
    """Return which of ``options`` the address chooses, the first where it chooses none of them."""
    shown = {key: each[0] if isinstance(each, tuple) else each for key, each in options.items()}
    asked = request.GET.get(name, "")
    return Choice(name, label, shown, asked if asked in shown else next(iter(shown)))


def page_of(request: HttpRequest, rows: "QuerySet[Any]") -> dict[str, Any]:
    """Return the page that the address asks for, the nearest where there is none of that number."""
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return {
        "rows": list(page.object_list),
        "page": page.number,
        "more": page.has_next(),
        "count": page.paginator.count,
    }
