# SPDX-License-Identifier: Apache-2.0
"""The addresses of observations."""

from django.urls import path

from cheeseshop.moderation import views

urlpatterns = [
    path("manage/observations/", views.listing, name="observations"),
    path("manage/observations/<uuid:observation>/", views.one, name="observation"),
]
