# SPDX-License-Identifier: Apache-2.0
"""What every template knows about the site."""

from django.http import HttpRequest

from cheeseshop.core import current


def site(_request: HttpRequest) -> dict[str, object]:
    """Return the site's name, address and contact."""
    settings = current.settings()
    return {
        "site_name": settings.site_name,
        "site_url": settings.url,
        "contact": settings.contact,
        "developer_pages": settings.debug,
    }
