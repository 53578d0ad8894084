# SPDX-License-Identifier: Apache-2.0
"""Mails to those whom a change of a project concerns."""

from collections.abc import Iterable, Sequence

from cheeseshop.access.ownership import owners_of, people_of
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project

NO_REASON = "none was given"
_NAMED = 10


def tell_owners(project: Project, kind: str, *also: User, **told: object) -> None:
    """Mail a project's owners, by themselves, a team or an organisation, and ``also`` others, once each.

    Before the project is removed.
    """
    owners = User.objects.filter(pk__in=owners_of(project.pk), is_active=True, service_of=None)
    _tell(project, kind, (*owners, *also), told)


def tell_collaborators(project: Project, kind: str, **told: object) -> None:
    """Mail everybody who has a role on a project, by themselves, a team or an organisation, once each."""
    _tell(project, kind, User.objects.filter(pk__in=people_of(project.pk), is_active=True, service_of=None), told)


def _tell(project: Project, kind: str, people: Iterable[User], told: dict[str, object]) -> None:
    for person in {each.pk: each for each in people}.values():
        history.mail(person, kind, project=project.name, **told)


def some_of(names: Sequence[str]) -> str:
    """Write a list of names for a mail: all of a short one, the first of a long one."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
