# SPDX-License-Identifier: Apache-2.0
"""The addresses of searching."""

from django.urls import path

from cheeseshop.discovery import views

urlpatterns = [
    path("search/", views.page, name="search"),
    path("search.json", views.as_json, name="search-json"),
    path("opensearch.xml", views.open_search, name="opensearch"),
    path("classifiers/", views.classifiers, name="classifiers"),
]
