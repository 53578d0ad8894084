# SPDX-License-Identifier: Apache-2.0
"""What every template knows about the site."""

from django.conf import settings as django
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_from_request

from cheeseshop.core import current
from cheeseshop.flags.names import Switch
from cheeseshop.flags.queries import banners
from cheeseshop.flags.state import is_on
from cheeseshop.notices.state import shown_pieces, supporters


def language_of(request: HttpRequest) -> str:
    """Return the code of the reader's language: the one that the page is in, or else what the browser asks for."""
    return str(getattr(request, "LANGUAGE_CODE", "") or get_language_from_request(request))


def site(request: HttpRequest) -> dict[str, object]:
    """Return the site's name, address, contact and languages."""
    settings = current.settings()
    return {
        "site_name": settings.site_name,
        "site_url": settings.url,
        "languages": django.LANGUAGES,
        "banners": SimpleLazyObject(lambda: banners(language=language_of(request))),
        "site_texts": SimpleLazyObject(shown_pieces),
        "supporters": SimpleLazyObject(supporters),
        "contact": settings.contact,
        "developer_pages": settings.debug,
        "allow_registration": settings.password_login and not is_on(Switch.READ_ONLY, Switch.NO_USERS),
        "password_login": settings.password_login,
        "oidc_issuer": settings.oidc_issuer,
        "oidc_name": settings.oidc_name,
        "forget_days": settings.forget_addresses_days,
        "recovery_wait_hours": settings.recovery_wait_hours,
        "upload_2": settings.upload_2,
        "max_file_size": settings.max_file_size,
        "max_project_size": settings.max_project_size,
    }
