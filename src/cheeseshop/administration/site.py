# SPDX-License-Identifier: Apache-2.0
"""Django's administration site, behind our own gate, with our own pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cheeseshop.access.site_roles import SiteAction, site_powers, site_roles
from cheeseshop.accounts.models import User
from cheeseshop.accounts.sensitive import sensitive
from cheeseshop.administration.queues import queues

View = Callable[..., Any]


def for_keepers(view: View) -> View:
    """Let in who may read the site's pages, after a recent confirmation. To others there is no such page.

    The gate has asked for a log-in, a verified address and a second factor.
    """

    def confirmed(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:  # noqa: ANN401 - a view's
        response: HttpResponse = never_cache(view)(request, *arguments, **named)
        return response

    asking = sensitive(confirmed)

    def wrapped(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:  # noqa: ANN401 - a view's
        user = request.user
        if isinstance(user, User):
            powers = site_powers(user)
            if SiteAction.READ not in powers:
                raise Http404("There is no such page.")
            request.site_powers = powers  # type: ignore[attr-defined]
        response: HttpResponse = asking(request, *arguments, **named)
        return response

    wrapped.is_sensitive = True  # type: ignore[attr-defined]
    return wrapped


class Administration(admin.AdminSite):
    """The site of the index's keepers. It has no log-in, log-out or password of its own."""

    site_header = site_title = "Administration"
    index_title = "Administration"

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]  # noqa: FBT001, FBT002
        """Put a view behind the gate."""
        return for_keepers(view)

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody is a keeper: ``for_keepers`` let nobody else through."""
        return hasattr(request, "site_powers")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the start page, and those of each model."""
        found: list[URLPattern | URLResolver] = [path("", self.admin_view(self.index), name="index")]
        for model, page in self._registry.items():
            meta = model._meta  # noqa: SLF001 - Django's documented interface
            found.append(path(f"{meta.app_label}/{meta.model_name}/", include(page.urls)))
        return found

    @method_decorator(require_safe)
    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what waits for the keepers, and every list."""
        assert isinstance(request.user, User)  # noqa: S101 - for_keepers' promise
        powers = request.site_powers  # type: ignore[attr-defined]
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "roles": site_roles(request.user),
            "queues": queues(powers),
            "sections": self._sections(),
        }
        return render(request, "administration/index.html", context | (extra_context or {}))

    def _sections(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        """Return each section with name, address and explanation of its lists."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for model, page in self._registry.items():
            meta = model._meta  # noqa: SLF001 - Django's documented interface
            url = f"admin:{meta.app_label}_{meta.model_name}_changelist"
            about = (page.heading, url, page.summary)  # type: ignore[attr-defined]
            found.setdefault(page.section, []).append(about)  # type: ignore[attr-defined]
        return list(found.items())

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page knows. Django's would build the list of all models on each."""
        return {"site_title": self.site_title, "site_header": self.site_header, "has_permission": True}


site = Administration(name="admin")
