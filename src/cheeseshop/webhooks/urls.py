# SPDX-License-Identifier: Apache-2.0
"""The addresses of webhooks' pages."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.webhooks import views

urlpatterns = [
    path("manage/project/<str:name>/webhooks/", sensitive_to_change(views.webhooks), name="manage-webhooks"),
    path(
        "manage/project/<str:name>/webhooks/<uuid:webhook>/",
        sensitive_to_change(views.webhook),
        name="manage-webhook",
    ),
]
