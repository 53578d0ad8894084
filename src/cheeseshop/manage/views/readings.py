# SPDX-License-Identifier: Apache-2.0
"""What a project's people read of it: its history, and the links and people that its metadata declares."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from cheeseshop.catalog.models import Project, Release
from cheeseshop.catalog.queries import latest_release
from cheeseshop.catalog.verified import declared_by
from cheeseshop.core import current
from cheeseshop.core.errors import Missing
from cheeseshop.manage import queries
from cheeseshop.manage.views.common import project_of, shell
from cheeseshop.manage.views.options import choice, page_of, typed


@require_safe
def history(request: HttpRequest, name: str) -> HttpResponse:
    """Show what the journal says about a project, newest first."""
    project, _ = project_of(request, name)
    term, who, kind = typed(request), typed(request, "who"), choice(request, "kind", gettext("About"), queries.KINDS)
    context = page_of(request, queries.history_of(project, term, who, kind.chosen))
    context |= {"filter": term, "who": who, "choices": [kind], "filtered": term or who or kind.chosen}
    return render(request, "manage/history.html", shell(request, project, "manage-history") | context)


@require_safe
def links(request: HttpRequest, name: str) -> HttpResponse:
    """Show the links and people of the newest release, which of them are verified, and how to set them."""
    project, _ = project_of(request, name)
    release = _newest(project)
    context: dict[str, object] = {"release": release, "example": _example(project)}
    if release is not None:
        context["verified"], context["unverified"] = declared_by(release)
    return render(request, "manage/links.html", shell(request, project, "manage-links") | context)


def _newest(project: Project) -> Release | None:
    try:
        return latest_release(project)
    except Missing:
        return None


def _example(project: Project) -> str:
    """Return what to write into pyproject.toml, with this project's own page in it."""
    page = f"{current.settings().url}/project/{project.normalized_name}/"
    return (
        f'[project]\nname = "{project.name}"\n'
        'authors = [{ name = "YOUR NAME", email = "YOUR PUBLIC ADDRESS" }]\n\n'
        f'[project.urls]\nHomepage = "{page}"\n'
        'Documentation = "https://OWNER.github.io/REPOSITORY/"\nSource = "https://github.com/OWNER/REPOSITORY"\n'
        'Issues = "https://github.com/OWNER/REPOSITORY/issues"\n'
        'Changelog = "https://github.com/OWNER/REPOSITORY/releases"\n'
    )
