# SPDX-License-Identifier: Apache-2.0
"""Mails to those whom a change of a project concerns."""

from cheeseshop.access.ownership import owners_of
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import Project


def tell_owners(project: Project, kind: str, *also: User, **told: object) -> None:
    """Mail a project's owners, by themselves, a team or an organisation, and ``also`` others, once each.

    Before the project is removed.
    """
    owners = User.objects.filter(pk__in=owners_of(project.pk), is_active=True, service_of=None)
    for person in {each.pk: each for each in (*owners, *also)}.values():
        history.mail(person, kind, project=project.name, **told)
