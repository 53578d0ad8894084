# SPDX-License-Identifier: Apache-2.0
"""The site's own pages."""

from django.urls import path

from cheeseshop.core import current
from cheeseshop.mirrors.views import calls
from cheeseshop.web import languages, legacy_addresses, people, shelves, views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", languages.choose_language, name="choose-language"),
    path("help/translations/", views.translations, name="translations"),
    path("project/<str:name>/", views.project, name="project"),
    path("project/<str:name>/<str:version>/", views.project, name="release"),
    path("project/<str:name>/<str:version>/files/", views.files, name="files"),
    path("project/<str:name>/<str:version>/files/<str:filename>/", views.file, name="file"),
    path("project/<str:name>/<str:version>/releases/", views.releases, name="releases"),
    path("project/<str:name>/<str:version>/dependencies/", views.dependencies, name="dependencies"),
    path("project/<str:name>/<str:version>/provenance/", views.provenance, name="provenance"),
    path("project/<str:name>/<str:version>/provenance/<str:filename>/", views.file_provenance, name="file-provenance"),
    path("project/<str:name>/<str:version>/statistics/", views.statistics, name="statistics"),
    path("trending/", shelves.trending, name="trending"),
    path("newest/projects/", shelves.newest_projects, name="newest-projects"),
    path("newest/releases/", shelves.newest_releases, name="newest-releases"),
    path("user/<str:username>/", people.user, name="user"),
    path("legacy/", views.upload_help, name="upload-help"),
    path("RPC2", calls),
    path("pypi", legacy_addresses.pypi),
    path("pypi/", legacy_addresses.pypi),
    path("pypi/<str:name>/", legacy_addresses.project),
    path("pypi/<str:name>/<str:version>/", legacy_addresses.project),
    path("p/<str:name>/", legacy_addresses.project),
    path("p/<str:name>/<str:version>/", legacy_addresses.project),
    path("u/<str:username>/", legacy_addresses.user),
    path("packages/<str:_kind>/<str:_letter>/<str:_project>/<str:filename>", legacy_addresses.file),
    path("_health/", views.health, name="health"),
]
if current.settings().debug:
    from cheeseshop.notify import views as notify

    urlpatterns += [
        path("dev/components/", views.components, name="components"),
        path("dev/mails/", notify.mails, name="dev-mails"),
        path("dev/mails/<str:kind>/", notify.mail, name="dev-mail"),
    ]
