# SPDX-License-Identifier: Apache-2.0
"""In which language a page is shown: the one that its reader chose, or else the first that the browser asks for.

Programs are answered in English, and alike whatever they ask for: what they read is no text for people, and caches
must not keep it by language. The same holds for the keepers' own pages, which are not translated.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cheeseshop.web.errors import Explained

_ENGLISH_ONLY = (
    "/.well-known/", "/RPC2", "/_/", "/_health/", "/admin/", "/api/", "/danger-api/", "/image/", "/integrity/", "/osv/",
    "/packages/", "/pypi", "/rss/", "/simple/", "/static/", "/upload/",
)  # fmt: skip
_ENGLISH_ONLY_ENDS = (".json", ".txt", ".xml", ".yaml")


def is_in_english_only(path: str) -> bool:
    """Tell whether what is at a path has one language, whoever asks."""
    return path.startswith(_ENGLISH_ONLY) or (path.count("/") == 1 and path.endswith(_ENGLISH_ONLY_ENDS))


class InTheReadersLanguage:
    """Answers a request in the language of its reader, and tells caches what that hung on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the language ends with it, because the thread goes on to serve others."""
        fixed = is_in_english_only(request.path_info)
        language = settings.LANGUAGE_CODE if fixed else translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self._get_response(request)
        if not fixed and response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


@csrf_exempt  # a token would set a cookie on every page, for everybody who only reads
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language chosen at the foot of a page, in a cookie, and lead back to that page.

    Raises:
        Explained: when another site's page sent the form.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Explained(_("The language is chosen at the foot of this site's own pages."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = redirect(back)
    response.status_code = 303
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    response["Cache-Control"] = "private, no-store"
    return response
