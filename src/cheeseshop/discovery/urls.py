# SPDX-License-Identifier: Apache-2.0
"""The addresses of searching."""

from django.urls import path

from cheeseshop.discovery import views

urlpatterns = [
    path("search/", views.page, name="search"),
]
