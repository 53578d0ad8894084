# SPDX-License-Identifier: Apache-2.0
"""The addresses of Upload 2.0. The bytes of files and previews are the edge's."""

from django.urls import path

from cheeseshop.staging import views

_SESSION = "upload/2.0/sessions/<uuid:session>/"
_FILE = "upload/2.0/files/<uuid:file>/"

urlpatterns = [
    path("upload/2.0/", views.create, name="publishing-sessions"),
    path(_SESSION, views.session, name="publishing-session"),
    path(f"{_SESSION}files/", views.declare),
    path(f"{_SESSION}publish/", views.publish_view),
    path(f"{_SESSION}extend/", views.extend),
    path(_FILE, views.file, name="staged-file"),
    path(f"{_FILE}complete/", views.complete),
]
