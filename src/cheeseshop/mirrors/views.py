# SPDX-License-Identifier: Apache-2.0
"""The door of XML-RPC."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cheeseshop.accounts.limits import TooMany, spend
from cheeseshop.mirrors.methods import SEARCHES, run
from cheeseshop.mirrors.protocol import SERVER_ERROR, Fault, failure, parse

log = logging.getLogger(__name__)


def is_call(request: HttpRequest) -> bool:
    """Tell whether a request is an XML-RPC call, and not a form."""
    return request.method == "POST" and (request.content_type or "").startswith("text/xml")


@csrf_exempt
@require_POST
def calls(request: HttpRequest) -> HttpResponse:
    """Answer a call. The status is 200 whatever happened; what failed is said as a fault."""
    try:
        spend(request, "xmlrpc", "", "Too many calls.")
        call = parse(request.body)
        if call.method in SEARCHES:
            spend(request, "search", "", "Too many searches.")
        written = run(call)
    except TooMany as error:
        told = f"HTTPTooManyRequests: too many calls from this address. Limit may reset in {error.seconds} seconds."
        written = failure(Fault(SERVER_ERROR, told))
    except Fault as fault:
        written = failure(fault)
    except DatabaseError:
        log.exception("a call failed")
        written = failure(Fault(SERVER_ERROR, "the index can't answer at the moment; try again"))
    return HttpResponse(written, content_type="text/xml; charset=utf-8")
