# SPDX-License-Identifier: Apache-2.0
"""The address of pictures."""

from django.urls import path

from cheeseshop.descriptions import views

urlpatterns = [path("image/<str:mac>/<str:address>", views.image, name="image")]
