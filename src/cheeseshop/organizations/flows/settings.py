# SPDX-License-Identifier: Apache-2.0
"""What an organisation tells of itself; its end; and an administrator's stop."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext, ngettext

from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.set_limits import checked_limit
from cheeseshop.catalog.limits import LARGEST_FILE, LARGEST_PROJECT
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.core.sizes import in_words
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
            said = ngettext(
                "%(name)s has %(count)d project; move or delete it first.",
                "%(name)s has %(count)d projects; move or delete them first.",
                owned,
            )
            raise Conflict(said % {"name": found.name, "count": owned})
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
            raise Missing(gettext("There is no organisation named %(name)s.") % {"name": name})
        found.deactivated_at = None if active else found.deactivated_at or now()
        found.save(update_fields=["deactivated_at"])
        write(found, administrator, "organization:activate" if active else "organization:deactivate")
        tell(found, "organization-activity", what="activated" if active else "deactivated")
    return found


def set_limits(name: str, file_size: int | None, total_size: int | None, *, administrator: str) -> Organization:
    """Set what files and projects of an organisation may have at most, in bytes. None leaves a limit as it is.

    Of a project's own limits and its organisation's the more generous hold. The instance's own size takes a limit back.

    Raises:
        Missing: when there is no such organisation.
        Refusal: for less than the instance gives everybody, or more than anybody gets.
    """
    conf = current.settings()
    own_file = checked_limit("A file's limit", file_size, conf.max_file_size, LARGEST_FILE)
    own_total = checked_limit("A project's limit", total_size, conf.max_project_size, LARGEST_PROJECT)
    with transaction.atomic():
        found = Organization.objects.select_for_update().filter(normalized_name=normalized(name)).first()
        if found is None:
            raise Missing(gettext("There is no organisation named %(name)s.") % {"name": name})
        said = []
        if file_size is not None:
            found.max_file_size = own_file
            said.append(f"{in_words(file_size)} a file")
        if total_size is not None:
            found.max_total_size = own_total
            said.append(f"{in_words(total_size)} a project")
        if said:
            found.save(update_fields=["max_file_size", "max_total_size"])
            write(found, administrator, "organization:limits", ", ".join(said))
    return found
