# SPDX-License-Identifier: Apache-2.0
"""The addresses of observations and of what is in quarantine."""

from django.urls import path

from cheeseshop.moderation.views import observations, quarantine

urlpatterns = [
    path("manage/observations/", observations.listing, name="observations"),
    path("manage/observations/<uuid:observation>/", observations.one, name="observation"),
    path("manage/quarantine/", quarantine.queue, name="quarantine"),
    path("manage/quarantine/new/", quarantine.new, name="quarantine-new"),
    path("manage/quarantine/user/", quarantine.of_user, name="quarantine-user"),
    path("manage/quarantine/<uuid:case>/", quarantine.one, name="quarantine-case"),
]
