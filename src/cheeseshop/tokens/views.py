# SPDX-License-Identifier: Apache-2.0
"""API tokens on the site: made, shown once, listed, revoked."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from cheeseshop.accounts.models import User
from cheeseshop.accounts.views.settings import me
from cheeseshop.core import current
from cheeseshop.core.errors import Missing, Refusal
from cheeseshop.tokens.flows import TokenRequest, create_token, revoke_token
from cheeseshop.tokens.forms import NewToken
from cheeseshop.tokens.models import Token

_BOTH = ["GET", "HEAD", "POST"]


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """List a person's tokens."""
    rows = Token.objects.filter(user=me(request)).order_by("-created_at")
    return render(request, "tokens/tokens.html", {"tokens": rows})


@require_http_methods(_BOTH)
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token, and show it: this once, in the answer to the form."""
    user = me(request)
    form = NewToken(user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "tokens/new.html", {"form": form})
    told = form.cleaned_data
    try:
        text = create_token(asked(user, told), request)
    except Refusal as error:
        form.add_error("description", error.message)
        return render(request, "tokens/new.html", {"form": form}, status=HTTPStatus.CONFLICT)
    return render(request, "tokens/made.html", {"token": text, **examples(text)})


def asked(user: User, told: dict[str, Any]) -> TokenRequest:
    """Return what was asked for by the form of tokens."""
    only_uploads = told["actions"] == ["upload"]
    return TokenRequest(
        user,
        told["description"],
        (told["scope"],) if told["scope"] else (),
        int(told["expires"]) if told["expires"] else None,
        actions=() if only_uploads else tuple(told["actions"]),
        networks=tuple(told["networks"].replace(",", " ").split()),
    )


def examples(token: str) -> dict[str, str]:
    """Return how uv and twine are told of a token, with this index's address."""
    address = f"{current.settings().url}/legacy/"
    return {
        "uv": f"UV_PUBLISH_TOKEN={token} uv publish --publish-url {address} dist/*",
        "pypirc": "[distutils]\nindex-servers = shop\n\n"
        f"[shop]\nrepository = {address}\nusername = __token__\npassword = {token}",
    }


@require_http_methods(_BOTH)
def remove_token(request: HttpRequest, token: UUID) -> HttpResponse:
    """Revoke a token, after a question."""
    user = me(request)
    found = Token.objects.filter(user=user, id=token).first()
    if found is None:
        raise Http404(gettext("There is no such token; it may be revoked already."))
    if request.method != "POST":
        return render(request, "tokens/remove.html", {"token": found})
    try:
        name = revoke_token(user, token, request)
    except Missing as error:
        raise Http404(error.message) from error
    messages.success(request, gettext("The token %(name)s is revoked.") % {"name": name})
    return redirect("tokens")
