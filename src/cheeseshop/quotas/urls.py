# SPDX-License-Identifier: Apache-2.0
"""The addresses of larger limits."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.quotas import views

urlpatterns = [
    path("manage/project/<str:name>/settings/limits/", sensitive_to_change(views.limits), name="project-limits"),
    path("manage/limits/", views.queue, name="limit-requests"),
    path("manage/limits/<uuid:limit_request>/", sensitive_to_change(views.decide), name="limit-request"),
]
