# SPDX-License-Identifier: Apache-2.0
"""Who calls, and what their token and their role allow."""

from django.http import HttpRequest
from ninja.security.base import AuthBase
from packaging.utils import canonicalize_name

from cheeseshop.access.permissions import Action, OrganizationAction, may
from cheeseshop.accounts.history import address_of
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.changing import check_changeable
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.errors import Forbidden, Missing
from cheeseshop.organizations.models import Organization, Team
from cheeseshop.organizations.queries import organization_named, team_named
from cheeseshop.tokens.authentication import Bearer, Origin, authenticate, no_identity


class ByToken(AuthBase):
    """``Authorization: Bearer TOKEN``. Passwords and sessions do not count."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Bearer:
        """Find whose token it is.

        Raises:
            Forbidden: without a valid one, or while its owner may not manage anything.
        """
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(("bearer ", "token ")):
            raise no_identity()
        bearer = authenticate(header, Origin(address_of(request), request.headers.get("User-Agent", "")[:300]))
        if not bearer.issued_by_administrator:
            _check_person(bearer)
        return bearer


def _check_person(bearer: Bearer) -> None:
    site = current.settings().url
    if not bearer.person.has_verified_address:
        raise Forbidden(f"Verify your primary e-mail address first; see {site}/help/#verified-email")
    if not bearer.person.has_two_factors:
        raise Forbidden(f"Set up a second factor first; see {site}/help/#two-factor-authentication")


def bearer_of(request: HttpRequest) -> Bearer:
    """Return the token that the request was let in with."""
    bearer: Bearer = request.auth  # type: ignore[attr-defined]
    return bearer


def caller(request: HttpRequest) -> User:
    """Return who calls."""
    return User.objects.get(pk=bearer_of(request).person.id)


def project_for(request: HttpRequest, name: str, action: Action) -> Project:
    """Return a project that the caller may do something to.

    Raises:
        Missing: when there is none, or it is not theirs.
        Forbidden: when their role, the project's state, or the token does not allow it.
    """
    bearer = bearer_of(request)
    normalized = str(canonicalize_name(name))
    project = Project.objects.filter(normalized_name=normalized).first() if "\0" not in name else None
    if project is None or not may(bearer.person, Action.READ, project.pk):
        bearer.check(normalized, None, action.value)
        raise Missing(f"You have no project named {name}.")
    bearer.check(normalized, project.pk, action.value)
    if not may(bearer.person, action, project.pk):
        check_changeable(project)
        raise Forbidden(f"Your role on {project.name} does not allow it.")
    return project


def organization_for(request: HttpRequest, name: str) -> Organization:
    """Return an organisation that the caller may read. A token that is narrowed to projects is not good for it.

    Raises:
        Missing: when there is none, or they are no member.
        Forbidden: when the token does not allow it.
    """
    bearer = bearer_of(request)
    bearer.check("", None, Action.READ.value)
    found = organization_named(name)
    if found is None or not may(bearer.person, OrganizationAction.READ, found.pk):
        raise Missing(f"You have no organisation named {name}.")
    return found


def team_for(project: Project, name: str) -> Team:
    """Return a team of a project's organisation.

    Raises:
        Missing: when there is none.
    """
    found = team_named(project.organization, name) if project.organization else None
    if found is None:
        raise Missing(f"The organisation of {project.name} has no team named {name}.")
    return found
