# SPDX-License-Identifier: Apache-2.0
"""The addresses of the site's statistics. The edge sends the files of the data set itself."""

from django.urls import path

from cheeseshop.stats import views

urlpatterns = [
    path("", views.site, name="stats"),
    path("downloads/", views.data_set, name="stats-downloads"),
]
