# SPDX-License-Identifier: Apache-2.0
"""The addresses of the status page and of banners."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.flags import views

urlpatterns = [
    path("status/", views.status, name="status"),
    path("manage/banners/", sensitive_to_change(views.banners), name="banners"),
]
