# SPDX-License-Identifier: Apache-2.0
"""What uploading clients ask: which audience, an upload token for an identity token, and how to find both (PEP 807)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cheeseshop.accounts import limits
from cheeseshop.accounts.history import address_of
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.publishers.flows.mint import mint
from cheeseshop.publishers.identity_tokens import MintRefused
from cheeseshop.publishers.issuers import why_off
from cheeseshop.tokens.flows import burn_publisher_token

_MEDIA_TYPE = "application/vnd.pypi.pytp.v1+json"
_ACCEPTED = frozenset({_MEDIA_TYPE, "application/json", "application/*", "*/*"})
_LARGEST = 64 * 1024
_UPLOAD_PATHS = frozenset({"/legacy/", "/legacy"})
_FEATURES = ["multi-use-token"]
_FAILED = "Token request failed"


@require_safe
def audience(_request: HttpRequest) -> HttpResponse:
    """Say for whom an identity token must be made."""
    if reason := why_off():
        return _problem(403, reason)
    return JsonResponse({"audience": current.settings().host})


@require_safe
def discover(request: HttpRequest) -> HttpResponse:
    """Say where the endpoints of an upload address are. ``discover`` is the path of that address."""
    accepted = {part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "*/*").split(",")}
    if not accepted & _ACCEPTED:
        return _problem(406, f"This is answered as {_MEDIA_TYPE}.")
    if request.GET.get("discover") not in _UPLOAD_PATHS or why_off():
        return _problem(404, "There is no trusted publishing for this upload address.")
    site = current.settings().url
    told = {
        "audience-endpoint": f"{site}/_/oidc/audience",
        "token-mint-endpoint": f"{site}/_/oidc/mint-token",
        "mint-token-endpoint": f"{site}/_/oidc/mint-token",  # as earlier drafts called it
        "features": _FEATURES,
        "default-features": _FEATURES,
    }
    return JsonResponse(told, content_type=_MEDIA_TYPE)


@csrf_exempt
@require_POST
def mint_token(request: HttpRequest) -> HttpResponse:
    """Exchange an identity token. Every refusal says why, in an array that clients print."""
    try:
        limits.spend(request, "mint_token", address_of(request), "Too many tokens were asked for.")
        minted = mint(_token_in(request))
    except limits.TooMany as error:
        return limits.answer(_refused(429, ("too-many", str(error.message))), error)
    except MintRefused as refusal:
        return _refused(422, *refusal.errors)
    except Refusal as refusal:
        response = _refused(refusal.status, ("try-again", refusal.message))
        response["Retry-After"] = str(refusal.retry_after or 5)
        return response
    return _private(JsonResponse({"success": True, "token": minted.token, "expires": minted.expires}))


@csrf_exempt
@require_POST
def burn_token(request: HttpRequest) -> HttpResponse:
    """Revoke an upload token that its holder is done with. The answer is the same whatever it is."""
    try:
        limits.spend(request, "mint_token", address_of(request), "Too many tokens were sent.")
        burn_publisher_token(_token_in(request))
    except limits.TooMany as error:
        return limits.answer(_refused(429, ("too-many", str(error.message))), error)
    except MintRefused as refusal:
        return _refused(422, *refusal.errors)
    return _private(HttpResponse(status=202))


def _token_in(request: HttpRequest) -> str:
    """Read the token in a request's body.

    Raises:
        MintRefused: when the body is too large, no JSON object, has no token, or asks for a feature that is not there.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > _LARGEST:
        raise MintRefused(("invalid-payload", f"the body is larger than {_LARGEST} bytes"))
    try:
        told: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise MintRefused(("invalid-payload", "the body is no JSON")) from error
    if not isinstance(told, dict) or not isinstance(told.get("token"), str) or not told["token"]:
        raise MintRefused(("invalid-payload", "the body is no JSON object with a text named 'token'"))
    features = told.get("features", _FEATURES)
    if not isinstance(features, list) or not all(each in _FEATURES for each in features):
        raise MintRefused(("invalid-payload", f"features: this index has {', '.join(_FEATURES)} only"))
    return str(told["token"])


def _refused(status: int, *errors: tuple[str, str]) -> HttpResponse:
    told = [{"code": code, "description": text} for code, text in errors]
    detail = "; ".join(text for _, text in errors)
    body = {"message": _FAILED, "errors": told, "title": _FAILED, "status": status, "detail": detail}
    return _private(JsonResponse(body, status=status))


def _problem(status: int, message: str) -> HttpResponse:
    """Answer an error as a problem (RFC 9457), with the ``message`` that older clients read."""
    body = {"title": message, "status": status, "message": message}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
