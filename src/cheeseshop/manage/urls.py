# SPDX-License-Identifier: Apache-2.0
"""The addresses of managing projects."""

from django.urls import path

from cheeseshop.accounts.sensitive import sensitive_to_change
from cheeseshop.manage.views import collaborators, lists, projects, readings

_PROJECT = "manage/project/<str:name>/"

urlpatterns = [
    path("manage/projects/", lists.projects, name="projects"),
    path("manage/invitation/<uuid:invitation>/", collaborators.invitation, name="invitation"),
    path(_PROJECT, lists.project, name="manage-project"),
    path(f"{_PROJECT}releases/", sensitive_to_change(lists.releases), name="manage-releases"),
    path(f"{_PROJECT}files/", sensitive_to_change(lists.files), name="manage-files"),
    path(f"{_PROJECT}release/<str:version>/", sensitive_to_change(projects.release), name="manage-release"),
    path(f"{_PROJECT}file/<str:filename>/", sensitive_to_change(projects.file), name="manage-file"),
    path(f"{_PROJECT}history/", readings.history, name="manage-history"),
    path(f"{_PROJECT}documentation/", readings.links, name="manage-links"),
    path(f"{_PROJECT}settings/", sensitive_to_change(projects.settings), name="manage-settings"),
    path(f"{_PROJECT}collaboration/", sensitive_to_change(collaborators.collaborators), name="manage-collaborators"),
    path(f"{_PROJECT}collaboration/<uuid:person>/", sensitive_to_change(collaborators.change), name="change-role"),
    path(
        f"{_PROJECT}collaboration/revoke_invite/<uuid:invitation>/",
        sensitive_to_change(collaborators.revoke),
        name="revoke-invitation",
    ),
]
