# SPDX-License-Identifier: Apache-2.0
"""The addresses of trusted publishing."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive, sensitive_to_change
from cheeseshop.publishers.views import exchange, issuers, pending, project

urlpatterns = [
    path("_/oidc/audience", exchange.audience, name="oidc-audience"),
    path("_/oidc/mint-token", exchange.mint_token, name="oidc-mint-token"),
    path("_/oidc/github/mint-token", exchange.mint_token),
    path("_/oidc/burn-token", exchange.burn_token, name="oidc-burn-token"),
    path(".well-known/pytp", exchange.discover, name="oidc-discovery"),
    path("manage/account/publishing/", sensitive_to_change(pending.pending), name="pending-publishers"),
    path("manage/issuers/", sensitive(issuers.issuers), name="issuers"),
    path(
        "manage/project/<str:name>/settings/publishing/",
        sensitive_to_change(project.publishing),
        name="manage-publishing",
    ),
]
