# SPDX-License-Identifier: Apache-2.0
"""The addresses of hygiene."""

from django.urls import path

from cheeseshop.administration.site import for_keepers
from cheeseshop.hygiene import views

urlpatterns = [
    path("admin/hygiene/", for_keepers(views.site), name="hygiene"),
    path("manage/organization/<str:name>/hygiene/", views.organization, name="organization-hygiene"),
]
