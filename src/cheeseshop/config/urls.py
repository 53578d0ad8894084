# SPDX-License-Identifier: Apache-2.0
"""The URLs that Django answers. The edge answers the index's own before these are asked."""

from django.urls import include, path

urlpatterns = [
    path("", include("cheeseshop.accounts.urls")),
    path("", include("cheeseshop.tokens.urls")),
    path("", include("cheeseshop.publishers.urls")),
    path("", include("cheeseshop.leaks.urls")),
    path("", include("cheeseshop.staging.urls")),
    path("", include("cheeseshop.manage.urls")),
    path("", include("cheeseshop.webhooks.urls")),
    path("", include("cheeseshop.descriptions.urls")),
    path("", include("cheeseshop.inside.urls")),
    path("", include("cheeseshop.advisories.urls")),
    path("", include("cheeseshop.flags.urls")),
    path("", include("cheeseshop.feeds.urls")),
    path("", include("cheeseshop.organizations.urls")),
    path("", include("cheeseshop.claims.urls")),
    path("", include("cheeseshop.moderation.urls")),
    path("", include("cheeseshop.quotas.urls")),
    path("", include("cheeseshop.help.urls")),
    path("", include("cheeseshop.notices.urls")),
    path("", include("cheeseshop.hygiene.urls")),
    path("", include("cheeseshop.administration.urls")),
    path("", include("cheeseshop.discovery.urls")),
    path("api/v1/", include("cheeseshop.api.urls")),
    path("stats/", include("cheeseshop.stats.urls")),
    path("", include("cheeseshop.web.urls")),
]

handler400 = "cheeseshop.web.errors.bad_request"
handler403 = "cheeseshop.web.errors.forbidden"
handler404 = "cheeseshop.web.errors.not_found"
handler429 = "cheeseshop.web.errors.too_many"
handler500 = "cheeseshop.web.errors.server_error"
