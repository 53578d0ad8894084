# SPDX-License-Identifier: Apache-2.0
"""The public page of a person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cheeseshop.access.ownership import publicly_held
from cheeseshop.accounts.queries import public_addresses_of, user_named
from cheeseshop.web.held_projects import held_projects


@require_safe
def user(request: HttpRequest, username: str) -> HttpResponse:
    """Show a person and their projects, by name, from the one behind the query's ``after`` on."""
    person = user_named(username)
    if person is None or not person.is_active or person.is_service:
        raise Http404(_("There is no user named %(username)s.") % {"username": username})
    if person.username != username:
        return redirect("user", username=person.username, permanent=True)
    addresses = public_addresses_of(person.id) if request.user.is_authenticated else frozenset()
    context = {"person": person, "addresses": addresses}
    held = held_projects(request, lambda after, limit: publicly_held(person.id, after, limit))
    return render(request, "web/user.html", context | held)
