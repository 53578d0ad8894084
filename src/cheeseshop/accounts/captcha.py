# SPDX-License-Identifier: Apache-2.0
"""A captcha on the form of registration, by a provider of the administrator's choice, while a switch asks for it.

The two providers that are known speak the same protocol: their script puts a token into the form, and we ask them
whether it is good. Where that can't be found out, nobody registers: whoever turned the switch meant it.
https://docs.hcaptcha.com/#verify-the-user-response-server-side
https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
"""

import asyncio
import json
import logging
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext

from cheeseshop.core import current
from cheeseshop.core.settings import Settings
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on
from cheeseshop.outbound.client import Question, Unanswered, asked

log = logging.getLogger(__name__)

_SECONDS = 5.0
_LARGEST = 64 * 1024
_LONGEST_TOKEN = 8192
_ANYWHERE = "0.0.0.0/0 ::/0"  # an administrator named the address, and no stranger


@dataclass(frozen=True, slots=True)
class Provider:
    """Who asks: the class that its script looks for, the script, where answers are verified, what it loads."""

    marker: str
    script: str
    verify: str
    origins: tuple[str, ...]

    @property
    def field(self) -> str:
        """The field of the form that its script fills in."""
        return f"{self.marker}-response"


_PROVIDERS = {
    "hcaptcha": Provider(
        "h-captcha",
        "https://js.hcaptcha.com/1/api.js",
        "https://api.hcaptcha.com/siteverify",
        ("https://hcaptcha.com", "https://*.hcaptcha.com"),
    ),
    "turnstile": Provider(
        "cf-turnstile",
        "https://challenges.cloudflare.com/turnstile/v0/api.js",
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        ("https://challenges.cloudflare.com",),
    ),
}


def is_required() -> bool:
    """Tell whether people who register are asked."""
    return is_on(Switch.CAPTCHA)


def provider() -> Provider | None:
    """Return who asks, or None where nobody is set up."""
    settings = current.settings()
    if not (settings.captcha and settings.captcha_site_key and settings.captcha_secret):
        return None
    chosen = _PROVIDERS[settings.captcha]
    if not settings.captcha_url:
        return chosen
    own = settings.captcha_url.rstrip("/")
    return Provider(chosen.marker, f"{own}/api.js", f"{own}/siteverify", (_origin(own),))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def allow(response: HttpResponse) -> None:
    """Let a page load what the provider needs, and nothing else of others."""
    chosen = provider() if is_required() else None
    if chosen is not None:
        kinds = ("script-src", "frame-src", "style-src", "connect-src")
        response._csp_update = {kind: list(chosen.origins) for kind in kinds}  # type: ignore[attr-defined]  # noqa: SLF001 - as django-csp's own decorator does


def check(token: str, address: str) -> None:
    """Check what the provider's script put into the form.

    Raises:
        ValidationError: when it is no proof, or when that can't be found out.
    """
    settings, chosen = current.settings(), provider()
    if chosen is None:
        log.error("a captcha is asked for by the switch %s, but none is set up", Switch.CAPTCHA)
        raise ValidationError(
            gettext("Nobody can register until a captcha is set up. Write to %(contact)s.")
            % {"contact": settings.contact}
        )
    if not token:
        raise ValidationError(gettext("Show that you are a person: answer the question above the button."))
    if len(token) > _LONGEST_TOKEN:
        raise ValidationError(gettext("This is no answer of the captcha; try again."))
    try:
        good = asyncio.run(_asked(chosen, settings, token, address))
    except (Unanswered, ValueError) as error:
        log.warning("the captcha could not be verified: %s", error)
        raise ValidationError(
            gettext("We can't verify the captcha at the moment. Try again in a few minutes.")
        ) from error
    if not good:
        raise ValidationError(gettext("The captcha was not solved, or too long ago; try again."))


async def _asked(chosen: Provider, settings: Settings, token: str, address: str) -> bool:
    """Ask whether a token is good.

    Raises:
        Unanswered: when nobody answers.
        ValueError: when the answer is none.
    """
    told = {
        "secret": settings.captcha_secret,
        "sitekey": settings.captcha_site_key,
        "response": token,
        "remoteip": address,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    question = Question("POST", chosen.verify, headers, urlencode(told).encode(), _ANYWHERE, _SECONDS)
    body = bytearray()
    async with asked(question) as reply:
        async for piece in reply.aiter_bytes():
            body += piece
            if len(body) > _LARGEST:
                raise ValueError("the answer is too large")
    answer = json.loads(body)
    if reply.status_code != 200 or not isinstance(answer, dict):  # noqa: PLR2004 - OK
        raise ValueError(f"the answer is {reply.status_code}")
    return answer.get("success") is True
