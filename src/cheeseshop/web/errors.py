# SPDX-License-Identifier: Apache-2.0
"""Error pages: what happened, why, what to do next."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


class Explained(PermissionDenied):
    """A refusal whose words are for people."""


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
    reason = str(exception) if type(exception).__name__ == "Http404" and str(exception) else ""
    if not reason or reason.startswith("{"):
        reason = _("The address may be mistyped, or what it named is gone.")
    return error_page(request, 404, _("We're fresh out of that"), reason)


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


def error_page(request: HttpRequest, status: int, title: str, reason: str) -> HttpResponse:
    """Render an error as a page: ``title`` says what happened, ``reason`` why and what to do."""
    return render(request, "web/error.html", {"status": status, "title": title, "reason": reason}, status=status)
