# SPDX-License-Identifier: Apache-2.0
"""The address of the status page."""

from django.urls import path

from cheeseshop.flags import views

urlpatterns = [path("status/", views.status, name="status")]
