# SPDX-License-Identifier: Apache-2.0
"""Who works on a project: invited by name, accepted or declined, changed, removed; the last owner stays.

Everybody concerned is mailed, and it is written into their security history.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.catalog.flows.changing import Changed, change, locked
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import Project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.journal import flows as journal

LASTS = timedelta(days=30)
_MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited; ``changed`` where they have the role at once, as members of the project's organisation do."""

    user: User
    changed: Changed | None = None


def invite(project: UUID, username: str, role: Role, actor: User) -> Invited:
    """Offer a role to a person; members of the organisation that owns the project have it at once.

    Raises:
        Missing: when there is no such person, or the project is gone.
        Refusal: when the person's address is not verified.
        Conflict: when the person has a role or an open invitation already.
    """
    person = user_named(username)
    if person is None or not person.may_log_in:
        raise Missing(_("There is no user named %(username)s.") % {"username": username})
    if not EmailAddress.objects.filter(user=person, primary=True, verified=True).exists():
        raise Refusal(
            _("%(username)s has no verified primary e-mail address and can't be invited yet.")
            % {"username": person.username}
        )
    try:
        with transaction.atomic():
            owner = locked(project)
            if ProjectRole.objects.filter(project=owner, user=person).exists():
                raise Conflict(_("%(username)s has a role already; change it instead.") % {"username": person.username})
            if person.memberships.filter(organization=owner.organization_id).exists():
                return Invited(person, _add(owner, person, role, actor))
            Invitation.objects.filter(project=owner, user=person, expires_at__lt=now()).delete()
            made = Invitation.objects.create(
                project=owner, user=person, role=role, invited_by=actor.username, expires_at=now() + LASTS
            )
            told = {"collaborator": person.username, "role": role, "by": actor.username, "link": _link(made)}
            history.mail(person, "collaborator-invited", project=owner.name, **told)
            _commit(owner, actor.username, f"invite {role} {person.username}")
    except IntegrityError as error:
        raise Conflict(
            _("%(username)s is invited already; revoke that invitation first.") % {"username": person.username}
        ) from error
    return Invited(person)


def _add(owner: Project, person: User, role: str, actor: User, *before: str) -> Changed:
    """Give a role; ``before`` are lines of the journal that come first. Ends the transaction."""
    Invitation.objects.filter(project=owner, user=person).delete()
    ProjectRole.objects.create(project=owner, user=person, role=role)
    _tell(owner, "collaborator-accepted", person, role)
    history.record(person, "project:role:add", None, f"{role} of {owner.name}")
    _commit(owner, actor.username, *before, f"add {role} {person.username}")
    return Changed(owner.normalized_name)


def give(project: UUID, username: str, role: Role, actor: User) -> Changed:
    """Give a role at once, without an invitation, as administrators may.

    Raises:
        Missing: when there is no such person, or the project is gone.
        Conflict: when the person has a role already.
    """
    person = user_named(username)
    if person is None or not person.may_log_in:
        raise Missing(_("There is no user named %(username)s.") % {"username": username})
    with transaction.atomic():
        owner = locked(project)
        if ProjectRole.objects.filter(project=owner, user=person).exists():
            raise Conflict(_("%(username)s has a role already; change it instead.") % {"username": person.username})
        Invitation.objects.filter(project=owner, user=person).delete()
        ProjectRole.objects.create(project=owner, user=person, role=role)
        _tell(owner, "collaborator-changed", person, role, actor.username)
        history.record(person, "project:role:add", None, f"{role} of {owner.name}")
        _commit(owner, actor.username, f"add {role} {person.username}")
    return Changed(owner.normalized_name)


def _link(invitation: Invitation) -> str:
    return f"{current.settings().url}/manage/invitation/{invitation.pk}/"


def accept(invitation: UUID, person: User) -> Changed:
    """Take the offered role.

    Raises:
        Missing: when the invitation was revoked, answered, has expired, or is another person's.
    """
    with transaction.atomic():
        found = _open(invitation, person)
        owner = locked(found.project_id)
        return _add(owner, person, found.role, person, f"accepted {found.role} {person.username}")


def decline(invitation: UUID, person: User) -> None:
    """Refuse the offered role.

    Raises:
        Missing: as ``accept``.
    """
    with transaction.atomic():
        found = _open(invitation, person)
        owner = Project.objects.get(pk=found.project_id)
        found.delete()
        _tell(owner, "collaborator-declined", person, found.role)
        _commit(owner, person.username, f"declined {found.role} {person.username}")


def revoke(project: UUID, invitation: UUID, actor: str) -> str:
    """Take an invitation back, and return whose it was.

    Raises:
        Missing: when it was answered already.
    """
    with transaction.atomic():
        owner = locked(project)
        found = Invitation.objects.select_related("user").filter(project=project, pk=invitation).first()
        if found is None:
            raise Missing(_("This invitation was answered or revoked already."))
        found.delete()
        history.mail(found.user, "collaborator-revoked", project=owner.name, role=found.role, by=actor)
        _commit(owner, actor, f"revoke_invite {found.role} {found.user.username}")
    return found.user.username


def expire_invitations() -> int:
    """Remove invitations whose time is over, tell both sides, and return how many there were.

    Safe to run twice at once: whoever removes one tells of it.
    """
    count = 0
    due = Invitation.objects.filter(expires_at__lte=now()).order_by("expires_at")
    for found in due.select_related("user", "project")[:_MOST_AT_ONCE]:
        with transaction.atomic():
            owner = Project.objects.select_for_update().filter(pk=found.project_id).first()
            if owner is None or not Invitation.objects.filter(pk=found.pk).delete()[0]:
                continue
            _tell(owner, "collaborator-expired", found.user, found.role)
            _commit(owner, "", f"expired {found.role} {found.user.username}")
            count += 1
    return count


def change_role(project: UUID, person: UUID, role: Role, actor: User) -> Changed:
    """Give a collaborator another role.

    Raises:
        Missing: when the person has no role.
        Conflict: when the last owner would be none any more, or owners would demote themselves.
    """
    with transaction.atomic():
        owner = locked(project)
        found = _role(project, person)
        if found.user_id == actor.pk and role != Role.OWNER:
            raise Conflict(_("Owners can't demote themselves; another owner can."))
        _keep_an_owner(owner, found, role)
        before, found.role = found.role, role
        found.save(update_fields=["role"])
        _tell(owner, "collaborator-changed", found.user, role, actor.username)
        history.record(found.user, "project:role:change", None, f"{role} of {owner.name}")
        _commit(owner, actor.username, f"change {before} {found.user.username} to {role}")
    return Changed(owner.normalized_name)


def remove(project: UUID, person: UUID, actor: User) -> Changed:
    """Take a collaborator's role, or leave by oneself.

    Raises:
        Missing: when the person has no role.
        Conflict: when it is the last owner.
    """
    with transaction.atomic():
        owner = locked(project)
        found = _role(project, person)
        _keep_an_owner(owner, found, None)
        found.delete()
        _tell(owner, "collaborator-removed", found.user, found.role, actor.username)
        history.record(found.user, "project:role:remove", None, f"{found.role} of {owner.name}")
        _commit(owner, actor.username, f"remove {found.role} {found.user.username}")
    return Changed(owner.normalized_name)


def _open(invitation: UUID, person: User) -> Invitation:
    found = Invitation.objects.select_for_update().filter(pk=invitation, user=person, expires_at__gt=now()).first()
    if found is None:
        raise Missing(_("This invitation was revoked, answered, or has expired; ask an owner for another one."))
    return found


def _role(project: UUID, person: UUID) -> ProjectRole:
    found = ProjectRole.objects.select_related("user").filter(project=project, user=person).first()
    if found is None:
        raise Missing(_("This person has no role on the project any more."))
    return found


def _keep_an_owner(project: Project, found: ProjectRole, role: Role | None) -> None:
    """Refuse to take the last owner. The project's row is locked, so that of two at once one is refused.

    A project in an organisation is owned by the organisation's owners.
    """
    if found.role != Role.OWNER or role == Role.OWNER or project.organization_id is not None:
        return
    if not ProjectRole.objects.filter(project=project, role=Role.OWNER).exclude(pk=found.pk).exists():
        raise Conflict(
            _("%(username)s is the last owner of %(name)s; make somebody else an owner first.")
            % {"username": found.user.username, "name": project.name}
        )


def _tell(project: Project, kind: str, person: User, role: str, by: str = "") -> None:
    told = {"collaborator": person.username, "role": role, "by": by or person.username}
    tell_owners(project, kind, person, **told)


def _commit(project: Project, actor: str, *actions: str) -> None:
    """End the transaction. No release's pages change."""
    changes = [change(project, action, actor) for action in actions]
    journal.commit(changes, [journal.Dirty(project.normalized_name, journal.NO_RELEASE)])
