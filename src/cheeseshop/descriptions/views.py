# SPDX-License-Identifier: Apache-2.0
"""The address under which pictures of descriptions are shown."""

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cheeseshop.core import current
from cheeseshop.descriptions.images import KEPT, Busy, picture
from cheeseshop.descriptions.signing import LONGEST, opened

_ALONE = {"default-src": ["'none'"], "img-src": ["data:"], "style-src": ["'unsafe-inline'"], "sandbox": True}
"""A picture that is opened by itself, an SVG above all, does nothing and reads nothing."""


@require_safe
@csp(_ALONE)  # type: ignore[arg-type]
def image(_request: HttpRequest, mac: str, address: str) -> HttpResponse:
    """Show a picture that a description names."""
    own = opened(mac, address) if len(address) <= LONGEST * 8 and current.settings().image_proxy else None
    if own is None:
        return _none("There is no such picture.")
    try:
        found = picture(own)
    except Busy:
        return HttpResponse("Too many pictures are being fetched.", status=503, headers={"Retry-After": "5"})
    if not found.media_type:
        reply = _none("The picture could not be fetched.")
        reply["Cache-Control"] = "max-age=300, public"
        return reply
    reply = HttpResponse(found.data, content_type=found.media_type)
    reply["Cache-Control"] = f"max-age={KEPT}, public"
    reply["Content-Disposition"] = "inline"
    return reply


def _none(why: str) -> HttpResponse:
    return HttpResponse(why, status=404, content_type="text/plain")
