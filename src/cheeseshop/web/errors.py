# SPDX-License-Identifier: Apache-2.0
"""Error pages: what happened, why, what to do next."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

_SEARCHED = 100  # characters of a name


class Explained(PermissionDenied):
    """A refusal whose words are for people."""


class NoProject(Http404):
    """There is no project of a name. ``term`` is what of it can be searched for, or empty."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(reason)
        self.term = name[:_SEARCHED] if name.isprintable() else ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that can't be understood."""
    told = str(exception) if type(exception) is BadRequest else ""  # its subclasses speak to developers
    reason = told or _("Something in the address or the form is malformed.")
    return error_page(request, 400, _("That request can't be understood"), reason)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is not allowed."""
    reason = str(exception) if isinstance(exception, Explained) else _("Your account has no permission for it.")
    return error_page(request, 403, _("You may not do that"), reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a page that does not exist."""
    reason = str(exception) if type(exception) in {Http404, NoProject} else ""  # its subclasses speak to developers
    if not reason or reason.startswith("{"):
        reason = _("The address may be mistyped, or what it named is gone.")
    term = exception.term if isinstance(exception, NoProject) else ""
    return error_page(request, 404, _("We're fresh out of that"), reason, term)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer when somebody sent too many forms."""
    reason = _("You have sent this form very often. Try again in 5 minutes.")
    response = error_page(request, 429, _("That was too much at once"), reason)
    response["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when we failed."""
    return error_page(request, 500, _("Something failed on our side"), _("The fault is logged. Trying again may help."))


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer when the database does not, for now."""
    response = error_page(
        request, 503, _("We can't serve you just now"), _("The database does not answer. Try again in a minute.")
    )
    response["Retry-After"] = "60"
    return response


def error_page(request: HttpRequest, status: int, title: str, reason: str, term: str = "") -> HttpResponse:
    """Render an error as a page: ``title`` says what happened, ``reason`` why and what to do.

    ``term`` is offered to be searched for.
    """
    context = {"status": status, "title": title, "reason": reason, "term": term}
    return render(request, "web/error.html", context, status=status)
