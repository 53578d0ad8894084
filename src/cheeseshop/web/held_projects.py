# SPDX-License-Identifier: Apache-2.0
"""Projects of a person or an organisation, by name: what ``web/parts/held_projects.html`` shows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cheeseshop.discovery.cards import cards_of

PAGE = 100
_LONGEST_NAME = 200


def held_projects(request: HttpRequest, held: Callable[[str, int], list[tuple[UUID, str]]]) -> dict[str, Any]:
    """Return a page of projects. ``held`` gives identity and normalised name of so many behind a name.

    Raises:
        BadRequest: when the query's ``after`` can be no name.
    """
    after = request.GET.get("after", "")
    if len(after) > _LONGEST_NAME or "\0" in after:
        raise BadRequest(_("That is no name of a project."))
    rows = held(after, PAGE + 1)
    return {
        "cards": cards_of([project for project, _name in rows[:PAGE]]).values(),
        "is_later": bool(after),
        "last": rows[PAGE - 1][1] if len(rows) > PAGE else "",
    }
