# SPDX-License-Identifier: Apache-2.0
"""The addresses inside published files."""

from django.urls import path

from cheeseshop.inside import views

_FILE = "project/<str:name>/<str:version>/inside/<str:filename>"

urlpatterns = [
    path("project/<str:name>/<str:version>/inside/", views.release, name="inside-release"),
    path(f"{_FILE}/", views.inside, name="inside"),
    path(f"{_FILE}/difference/", views.difference, name="inside-difference"),
    path(f"{_FILE}/at/<path:path>", views.inside, name="inside-at"),
]
