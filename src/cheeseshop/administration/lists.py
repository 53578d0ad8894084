# SPDX-License-Identifier: Apache-2.0
"""Lists and pages that only read, as fast with a million rows as with ten.

Nothing is counted; a list is read in the order of an index, a page at a time, a hundred pages deep at most: whoever
looks further searches. A search compares the beginning of one indexed value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from cheeseshop.administration.acting import Action, act
from cheeseshop.administration.models import Deed

PAGE = 50
DEEPEST = 100
RELATED = 50

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, and where it leads."""

    text: object
    url: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Rows that belong to what a page shows; ``more`` where they are not all."""

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    more: bool = False
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice among a list's rows, which an index answers. ``order`` is the order that index has."""

    label: str
    narrow: Callable[[QuerySet[Any]], QuerySet[Any]]
    order: tuple[Any, ...] = field(default=())


def related(
    caption: str, headers: Sequence[str], rows: "QuerySet[Any]", line: Callable[[Any], Sequence[Cell]]
) -> Related:
    """Return the first rows that belong to something. One statement."""
    found = list(rows[: RELATED + 1])
    return Related(caption, headers, [line(each) for each in found[:RELATED]], len(found) > RELATED)


def link(row: Model | None, text: object = None) -> Cell:
    """Return a link to the page of a row."""
    if row is None:
        return Cell("")
    return Cell(str(row) if text is None else text, address_of(row))


def address_of(row: Model) -> str:
    """Return the address of a row's page."""
    meta = row._meta  # noqa: SLF001 - Django's documented interface
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


class Uncounted(_Paginator):
    """A paginator that counts nothing."""

    @property
    def count(self) -> int:
        """How many rows there could be at most."""
        return self.per_page * DEEPEST


class Rows(ChangeList):
    """A list that knows only whether there is another page."""

    model_admin: "Page"
    more = False
    at_end = False

    def get_filters_params(self, params: object = None) -> dict[str, str]:
        """Return no column to filter by: the choices are ours, and any column could be slow, or a secret."""
        return {}

    def get_results(self, request: HttpRequest) -> None:
        """Read one page, and one row more."""
        if not 1 <= self.page_num <= DEEPEST:
            raise Http404(f"Lists are {DEEPEST} pages deep; search instead.")
        begin = (self.page_num - 1) * self.list_per_page
        found = list(self.queryset[begin : begin + self.list_per_page + 1])
        self.result_list = found[: self.list_per_page]
        self.more = len(found) > self.list_per_page
        self.at_end = self.more and self.page_num == DEEPEST
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = self.multi_page = False
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Return the order of the list's index, and nothing else: a stranger's order would sort a million rows."""
        chosen = self.model_admin.chosen(request)
        if chosen and chosen.order:
            return list(chosen.order)
        return list((self.query and self.model_admin.search_order) or self.model_admin.get_ordering(request))


class Page(_ModelAdmin):
    """A list of rows and a page for each, which read; what changes a row is an ``Action``, each with its own page."""

    section = "Index"
    heading = ""
    summary = ""
    actions = None
    sortable_by = ()
    list_per_page = PAGE
    show_full_result_count = False
    paginator = Uncounted
    view_on_site = False
    change_list_template = "administration/list.html"
    change_form_template = "administration/one.html"
    search_order: tuple[Any, ...] = ()
    choices: dict[str, Choice] = {}  # noqa: RUF012 - as all of a ModelAdmin's options
    deeds: Sequence[Action] = ()
    list_deeds: Sequence[Action] = ()

    def get_urls(self) -> list[URLPattern]:
        """Return list, page and actions, and none of those that would change a row by themselves."""
        meta = self.opts
        name = f"{meta.app_label}_{meta.model_name}"
        wrap = self.admin_site.admin_view
        urls = [path("", wrap(self.changelist_view), name=f"{name}_changelist")]
        if self.list_deeds:
            urls.append(path("do/<str:action>/", wrap(self.list_act_view), name=f"{name}_list_act"))
        if self.deeds:
            urls.append(path("<path:object_id>/do/<str:action>/", wrap(self.act_view), name=f"{name}_act"))
        return [*urls, path("<path:object_id>/", wrap(self.change_view), name=f"{name}_change")]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Everybody whom the site lets in reads."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Everybody whom the site lets in reads."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: flows add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: flows change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: flows remove."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ANN401 - Django's
        """Return the list that counts nothing."""
        return Rows

    def chosen(self, request: HttpRequest) -> Choice | None:
        """Return the choice among the rows that the address names."""
        return self.choices.get(request.GET.get("only", ""))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the choice."""
        rows = super().get_queryset(request)
        chosen = self.chosen(request)
        return chosen.narrow(rows) if chosen else rows

    def find(self, rows: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
        """Return the rows that a search finds, by the beginning of an indexed value."""
        raise ImproperlyConfigured(f"{self.model.__name__} has a search box, and no search")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search by ``find``."""
        text = search_term.strip()
        return (self.find(queryset, text) if text and self.search_fields else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list."""
        context = {
            "chosen": request.GET.get("only", "") if self.chosen(request) else "",
            "choices": [(key, each.label) for key, each in self.choices.items()],
            "summary": self.summary,
            "deeds": [
                (deed, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_list_act", args=[deed.key]))
                for deed in self.list_deeds
                if deed.power in request.site_powers  # type: ignore[attr-defined]
            ],
            "title": self.heading,
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """Return the row of an address, or None where there is none."""
        if "\0" in object_id:
            return None
        try:
            found: Model | None = self.get_queryset(request).filter(pk=self.opts.pk.to_python(object_id)).first()
        except ValidationError:
            return None
        return found

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one row: its fields, what belongs to it, and what can be done to it."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse("Nothing is changed here.", status=HTTPStatus.METHOD_NOT_ALLOWED)
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        subject = {"kind": self.opts.label_lower, "subject_id": str(found.pk)}
        done = Deed.objects.filter(**subject).order_by("-id")
        told = related(
            "What keepers did to it",
            ["When", "Who", "What", "Why"],
            done,
            lambda deed: [Cell(deed.at), Cell(deed.actor), link(deed, deed.action), Cell(deed.reason)],
        )
        context = {
            "title": str(found),
            "kind": self.opts.verbose_name,
            "heading": self.heading,
            "deeds": [(deed, self._address(found, deed)) for deed in self._open_to(request, found)],
            "related": [*self.related(found), *([told] if told.rows else [])],
            "links": self.links(found),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def related(self, row: Any) -> list[Related]:  # noqa: ANN401 - a row of the page's model
        """Return what belongs to a row, in parts of fifty."""
        return []

    def links(self, row: Any) -> list[Cell]:  # noqa: ANN401 - a row of the page's model
        """Return the pages elsewhere that are about a row."""
        return []

    def _open_to(self, request: HttpRequest, row: Model) -> list[Action]:
        powers = request.site_powers  # type: ignore[attr-defined]
        return [deed for deed in self.deeds if deed.power in powers and deed.when(row)]

    def _address(self, row: Model, deed: Action) -> str:
        meta = self.opts
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_act", args=[row.pk, deed.key])

    def act_view(self, request: HttpRequest, object_id: str, action: str) -> HttpResponse:
        """Ask why, show what goes, and do it."""
        deed = next((each for each in self.deeds if each.key == action), None)
        found = self.get_object(request, object_id)
        if deed is None or found is None:
            raise Http404("There is no such page; it may be gone.")
        return act(request, deed, found, self._shell(request) | {"back": address_of(found)})

    def list_act_view(self, request: HttpRequest, action: str) -> HttpResponse:
        """Do what is done to no row of the list, such as adding one."""
        deed = next((each for each in self.list_deeds if each.key == action), None)
        if deed is None:
            raise Http404("There is no such page.")
        shell = self._shell(request)
        return act(request, deed, None, shell | {"back": shell["list_url"]})

    def _shell(self, request: HttpRequest) -> dict[str, Any]:
        meta = self.opts
        list_url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        return self.admin_site.each_context(request) | {"opts": meta, "heading": self.heading, "list_url": list_url}
