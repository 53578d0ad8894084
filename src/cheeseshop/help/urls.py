# SPDX-License-Identifier: Apache-2.0
"""The address of the help page."""

from django.urls import path

from cheeseshop.help import views

urlpatterns = [path("help/", views.page, name="help")]
