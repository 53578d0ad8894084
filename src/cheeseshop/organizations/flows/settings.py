# SPDX-License-Identifier: Apache-2.0
"""What an organisation tells of itself; its end; and an administrator's stop."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from cheeseshop.accounts.models import User
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.organizations.flows.changing import locked, tell, write
from cheeseshop.organizations.flows.service_accounts import end
from cheeseshop.organizations.models import Organization, normalized


@dataclass(frozen=True, slots=True)
class Profile:
    """What owners may change of what an organisation tells. Its name stays: links and histories name it."""

    display_name: str
    kind: str
    url: str = ""
    description: str = ""


def change_profile(organization: UUID, profile: Profile, actor: User) -> Organization:
    """Change what an organisation tells of itself.

    Raises:
        Refusal: when a field breaks a rule.
    """
    with transaction.atomic():
        found = locked(organization)
        found.display_name, found.kind = profile.display_name, profile.kind
        found.url, found.description = profile.url, profile.description
        try:
            found.full_clean(validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise Refusal("; ".join(error.messages)) from error
        found.save(update_fields=["display_name", "kind", "url", "description"])
        write(found, actor.username, "organization:change", found.display_name)
    return found


def delete_organization(organization: UUID, actor: User) -> str:
    """Delete an organisation that has no project any more, and return its name, which is never given again.

    Raises:
        Conflict: while it has projects.
    """
    with transaction.atomic():
        found = locked(organization)
        owned = found.projects.count()
        if owned:
            raise Conflict(f"{found.name} has {owned} project{'s' * (owned > 1)}; move or delete them first.")
        for account in User.objects.filter(service_of=found):
            end(account)
        people = list(User.objects.filter(memberships__organization=found))
        tell(found, "organization-deleted", *people, by=actor.username)
        User.objects.filter(service_of=found).update(service_of=None)
        found.delete()
    return found.name


def set_active(name: str, *, active: bool, administrator: str) -> Organization:
    """Deactivate an organisation, so that nothing of it changes and no token of it works, or take that back.

    Raises:
        Missing: when there is none of that name.
    """
    with transaction.atomic():
        rows = Organization.objects.select_for_update()
        found = rows.filter(normalized_name=normalized(name)).first() if "\0" not in name else None
        if found is None:
            raise Missing(f"There is no organisation named {name}.")
        found.deactivated_at = None if active else found.deactivated_at or now()
        found.save(update_fields=["deactivated_at"])
        write(found, administrator, "organization:activate" if active else "organization:deactivate")
        tell(found, "organization-activity", what="activated" if active else "deactivated")
    return found
