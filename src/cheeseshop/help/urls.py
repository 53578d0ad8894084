# SPDX-License-Identifier: Apache-2.0
"""The addresses of the help page and of the map of the site."""

from django.urls import path

from cheeseshop.help import views

urlpatterns = [
    path("help/", views.page, name="help"),
    path("sitemap/", views.site_map, name="human-site-map"),
]
