# SPDX-License-Identifier: Apache-2.0
"""The URLs that Django answers. The edge answers the index's own before these are asked."""

from django.urls import include, path

urlpatterns = [
    path("", include("cheeseshop.accounts.urls")),
    path("", include("cheeseshop.tokens.urls")),
    path("", include("cheeseshop.manage.urls")),
    path("", include("cheeseshop.claims.urls")),
    path("", include("cheeseshop.moderation.urls")),
    path("", include("cheeseshop.quotas.urls")),
    path("api/v1/", include("cheeseshop.api.urls")),
    path("", include("cheeseshop.web.urls")),
]

handler400 = "cheeseshop.web.errors.bad_request"
handler403 = "cheeseshop.web.errors.forbidden"
handler404 = "cheeseshop.web.errors.not_found"
handler429 = "cheeseshop.web.errors.too_many"
handler500 = "cheeseshop.web.errors.server_error"
