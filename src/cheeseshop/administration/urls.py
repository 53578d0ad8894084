# SPDX-License-Identifier: Apache-2.0
"""The addresses of the administration site."""

from django.urls import path

from cheeseshop.administration import pages  # noqa: F401 - registers them
from cheeseshop.administration.site import site

urlpatterns = [
    path("admin/", site.urls),
]
