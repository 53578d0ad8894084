# SPDX-License-Identifier: Apache-2.0
"""What every page needs around it."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from cheeseshop.web.errors import unavailable

_log = logging.getLogger(__name__)

_PAGE = 1024 * 1024
"""Bytes of the largest answer that is compressed: more is for programs, and would hold a thread for a second."""


class Compressed(GZipMiddleware):
    """Compresses pages, with a length that varies at random, so that it tells nothing of a token in the page.

    What is streamed is a file, which is compressed already or is to be had as it is.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a page where the client takes it."""
        if not isinstance(response, HttpResponse) or len(response.content) > _PAGE:
            return response
        return super().process_response(request, response)


class DatabaseAway:
    """Answers 503 and not 500 when the database can't be reached or stays locked: trying again will help."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a database that does not answer into a page that says so."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        _log.error("The database does not answer: %s", exception)
        return unavailable(request)
