# SPDX-License-Identifier: Apache-2.0
"""The addresses of observations and of what is in quarantine."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.moderation.views import danger, observations, quarantine, reports

urlpatterns = [
    path("manage/observations/", observations.listing, name="observations"),
    path("manage/observations/<uuid:observation>/", sensitive_to_change(observations.one), name="observation"),
    path("manage/observations/reporters/", reports.reporters, name="reporters"),
    path("project/<str:name>/submit-malware-report/", reports.malware, name="report-malware"),
    path("danger-api/echo", danger.echo, name="danger-echo"),
    path("danger-api/projects/<str:name>/observations", danger.observe, name="danger-observe"),
    path("api/openapi.yaml", danger.description, name="danger-description"),
    path("manage/quarantine/", quarantine.queue, name="quarantine"),
    path("manage/quarantine/new/", quarantine.new, name="quarantine-new"),
    path("manage/quarantine/user/", quarantine.of_user, name="quarantine-user"),
    path("manage/project/<str:name>/quarantine/", quarantine.of_project, name="project-quarantine"),
    path("manage/quarantine/<uuid:case>/", quarantine.one, name="quarantine-case"),
]
