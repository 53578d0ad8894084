# SPDX-License-Identifier: Apache-2.0
"""Reading what a request searches for, and saying what was wrong with it: to people by a page, to programs as JSON."""

import logging
import re
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cheeseshop.accounts.limits import TooMany, answer, spend
from cheeseshop.discovery.asked import LONGEST
from cheeseshop.discovery.searching import MOST_CLASSIFIERS, ORDERS, Search
from cheeseshop.web.errors import error_page, unavailable

log = logging.getLogger(__name__)

_MOST_DIGITS = 6
_LONGEST_CLASSIFIER = 300
_WAIT = 60  # seconds, while the database does not answer

View = Callable[[HttpRequest], HttpResponse]


class TooLong(Exception):  # noqa: N818 - a state
    """The question is longer than is answered."""


def for_people(view: View) -> View:
    """Answer with a page what a search refuses: too often, too long, or no answer from the database."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            spend(request, "search", "", _("You have searched very often."))
            return view(request)
        except TooMany as error:
            return answer(error_page(request, 429, _("That was too much at once"), _often(error)), error)
        except TooLong:
            return error_page(request, 413, _("That is too much to look for"), _long())
        except DatabaseError:
            log.exception("a search failed")
            return unavailable(request)

    return answered


def for_programs(view: View) -> View:
    """The same as JSON, with everything else that may be wrong with a request."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            spend(request, "search", "", "Too many searches.")
            reply = view(request)
        except TooMany as error:
            reply = answer(_fault(429, _often(error)), error)
        except TooLong:
            reply = _fault(413, _long())
        except BadRequest as error:
            reply = _fault(400, str(error))
        except Http404 as error:
            reply = _fault(404, str(error))
        except DatabaseError:
            log.exception("a search failed")
            reply = _fault(503, f"The database does not answer. Try again in {_WAIT} seconds.")
            reply["Retry-After"] = str(_WAIT)
        reply["Access-Control-Allow-Origin"] = "*"
        return reply

    return answered


def _long() -> str:
    return _("Search for at most %(number)d characters.") % {"number": LONGEST}


def _often(error: TooMany) -> str:
    told = ngettext(
        "This index answers a few searches a second to one address. Try again in %(number)d second.",
        "This index answers a few searches a second to one address. Try again in %(number)d seconds.",
        error.seconds,
    )
    return told % {"number": error.seconds}


def _fault(status: int, message: str) -> HttpResponse:
    return JsonResponse({"message": message}, status=status)


def wanted_of(request: HttpRequest) -> Search:
    """Read what is searched for.

    Raises:
        TooLong: when the question is too long.
        BadRequest: when there are too many classifiers.
    """
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST:
        raise TooLong
    chosen = tuple(dict.fromkeys(each for each in request.GET.getlist("c") if each))
    if len(chosen) > MOST_CLASSIFIERS or any(len(each) > _LONGEST_CLASSIFIER for each in chosen):
        raise BadRequest(_("Narrow a search by at most %(number)d classifiers.") % {"number": MOST_CLASSIFIERS})
    order = request.GET.get("o", "")
    return Search(text, chosen, order if order in ORDERS else "")


def page_number(request: HttpRequest) -> int:
    """Read the number of a page.

    Raises:
        BadRequest: when it is no whole number.
        Http404: when no search has so many pages.
    """
    text = request.GET.get("page", "1")
    if not re.fullmatch("[0-9]+", text):
        raise BadRequest(_("The number of a page must be a whole number."))
    if len(text) > _MOST_DIGITS or int(text) == 0:
        raise Http404(_("There is no such page."))
    return int(text)
