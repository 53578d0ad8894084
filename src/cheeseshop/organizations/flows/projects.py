# SPDX-License-Identifier: Apache-2.0
"""Projects of an organisation: made there, moved in and out, with the agreement of both sides."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from packaging.utils import InvalidName, canonicalize_name

from cheeseshop.access.models import ProjectRole, Role
from cheeseshop.access.permissions import Action, OrganizationAction, may
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.catalog.creations import Creator, check_creations, note_creation
from cheeseshop.catalog.flows import changing as catalog
from cheeseshop.catalog.flows.changing import Changed
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.names import check_new_project
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Forbidden, Missing, Refusal
from cheeseshop.distributions.names import ultranormalize
from cheeseshop.journal import flows as journal
from cheeseshop.moderation.flows import look_at_new_name
from cheeseshop.organizations.flows.changing import LASTS, locked, owners_of, several_locked, tell, write
from cheeseshop.organizations.models import Organization, ProjectOffer, TeamRole

Target = Organization | User


def create_project(organization: UUID, name: str, actor: User, address: str) -> Changed:
    """Make a project without releases in an organisation, so that its teams can publish the first one.

    Raises:
        Refusal: when the name breaks a rule, or too many projects were made.
        Conflict: when the project exists.
        Forbidden: while new projects are disabled.
    """
    try:
        normalized = str(canonicalize_name(name, validate=True))
    except InvalidName as error:
        raise Refusal(
            gettext("%(name)r is no name for a project: letters, digits, '.', '_' and '-' only.") % {"name": name}
        ) from error
    if not current.settings().allow_new_projects:
        raise Forbidden(gettext("New project registration is disabled for now."))
    creator = Creator(actor.pk, address)
    with transaction.atomic():
        found = locked(organization)
        check_creations(creator)
        check_new_project(name, normalized)
        note_creation(creator)
        made = Project(name=name, normalized_name=normalized, lookalike_key=ultranormalize(name), organization=found)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(gettext("The name %(name)r conflicts with an existing project.") % {"name": name}) from error
        write(found, actor.username, "organization_project:add", made.name)
        tell(found, "organization-project-added", project=made.name, by=actor.username)
        changes = [
            catalog.change(made, "create", actor.username),
            catalog.change(made, f"add organization {found.name}", actor.username),
        ]
        journal.commit(changes, [journal.Dirty(normalized)])
    look_at_new_name(name, normalized, actor.username)
    return Changed(normalized)


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of an offer: it waits, or (where one person speaks for both sides) the project has moved."""

    offer: ProjectOffer | None
    changed: Changed | None


def offer(project: UUID, target: Target, actor: User) -> Offered:
    """Offer a project to an organisation or a person; where ``actor`` speaks for both sides, it moves at once.

    Raises:
        Forbidden: when ``actor`` may not give the project away.
        Conflict: when it is there already, or offered already.
    """
    with transaction.atomic():
        owned = _with_organizations(project, target)
        _check_giver(owned, actor)
        if owned.organization_id is not None and owned.organization_id == target.pk:
            raise Conflict(gettext("%(name)s belongs to %(target)s already.") % {"name": owned.name, "target": target})
        if owned.organization_id is None and isinstance(target, User):
            raise Conflict(
                gettext("%(name)s is in no organisation: invite %(target)s as an owner, and leave.")
                % {"name": owned.name, "target": target}
            )
        if _may_take(actor, target):
            ProjectOffer.objects.filter(project=owned).delete()
            return Offered(None, _move(owned, target, actor))
        return Offered(_make(owned, target, actor), None)


def _with_organizations(project: UUID, target: Target) -> Project:
    """Lock the organisations on both sides, then the project.

    Raises:
        Conflict: when it moved meanwhile.
    """
    before = Project.objects.filter(pk=project).values_list("organization_id", flat=True).first()
    sides = {side for side in (before, target.pk if isinstance(target, Organization) else None) if side}
    if sides:
        several_locked(*sides)
    owned = catalog.locked(project)
    if owned.organization_id != before:
        raise Conflict(gettext("%(name)s was moved a moment ago; look at it again.") % {"name": owned.name})
    return owned


def _check_giver(project: Project, actor: User) -> None:
    if project.organization_id is not None:
        fine = may(actor, OrganizationAction.GIVE_PROJECTS, project.organization_id)
    else:
        fine = may(actor, Action.ADMIN, project.pk)
    if not fine:
        raise Forbidden(
            gettext("Only an owner may give %(name)s away; of a project in an organisation, its owners.")
            % {"name": project.name}
        )


def _may_take(actor: User, target: Target) -> bool:
    if isinstance(target, Organization):
        return may(actor, OrganizationAction.ADD_PROJECTS, target.pk)
    return actor.pk == target.pk


def _make(project: Project, target: Target, actor: User) -> ProjectOffer:
    if isinstance(target, User) and not target.may_log_in:
        raise Missing(gettext("There is no user named %(username)s.") % {"username": target.username})
    ProjectOffer.objects.filter(project=project, expires_at__lt=now()).delete()
    try:
        with transaction.atomic():
            made = ProjectOffer.objects.create(
                project=project,
                to_organization=target if isinstance(target, Organization) else None,
                to_user=target if isinstance(target, User) else None,
                from_organization=project.organization,
                offered_by=actor.username,
                expires_at=now() + LASTS,
            )
    except IntegrityError as error:
        raise Conflict(
            gettext("%(name)s is offered already; take that offer back first.") % {"name": project.name}
        ) from error
    link = f"{current.settings().url}/manage/organizations/offer/{made.pk}/"
    told = {"project": project.name, "by": actor.username, "to": str(target), "link": link}
    for person in owners_of(target) if isinstance(target, Organization) else [target]:
        history.mail(person, "project-offered", **told)
    if project.organization is not None:
        write(project.organization, actor.username, "organization_project:offer", f"{project.name} to {target}")
    return made


def open_offer(identity: UUID, actor: User) -> ProjectOffer:
    """Return an offer that ``actor`` may still answer.

    Raises:
        Missing: when it was answered or taken back, has expired, or is for others.
    """
    rows = ProjectOffer.objects.select_related("project", "to_organization", "to_user", "from_organization")
    found = rows.filter(pk=identity, expires_at__gt=now()).first()
    target = (found.to_organization or found.to_user) if found else None
    if found is None or target is None or not _may_take(actor, target):
        raise Missing(gettext("This offer was answered or taken back, or has expired; ask for another one."))
    return found


def accept(identity: UUID, actor: User) -> Changed:
    """Take an offered project.

    Raises:
        Missing: as ``open_offer``.
        Conflict: when the project was moved meanwhile.
    """
    with transaction.atomic():
        found = open_offer(identity, actor)
        target = found.to_organization or found.to_user
        if target is None:  # the constraint knows better
            raise Missing(gettext("This offer is to nobody."))
        owned = _with_organizations(found.project_id, target)
        found = open_offer(identity, actor)  # once more, where nobody comes in between
        found.delete()
        return _move(owned, target, actor)


def refuse(identity: UUID, actor: User) -> str:
    """Decline an offered project, and return its name.

    Raises:
        Missing: as ``open_offer``.
    """
    with transaction.atomic():
        found = open_offer(identity, actor)
        target = str(found.to_organization or found.to_user)
        ProjectOffer.objects.filter(pk=identity).delete()
        tell_owners(found.project, "project-offer-declined", by=actor.username, to=target)
    return found.project.name


def take_back(project: UUID, actor: User) -> None:
    """Take the offer of a project back.

    Raises:
        Missing: when there is none.
        Forbidden: when ``actor`` may not give the project away.
    """
    with transaction.atomic():
        owned = catalog.locked(project)
        _check_giver(owned, actor)
        removed, _ = ProjectOffer.objects.filter(project=owned).delete()
        if not removed:
            raise Missing(gettext("This offer was answered or taken back already."))


def _move(project: Project, target: Target, actor: User) -> Changed:
    """Move a project. Both organisations' rows and the project's are locked."""
    by, before = actor.username, project.organization
    former = {person.pk: person for person in (owners_of(before) if before else [])}
    changes = []
    for role in TeamRole.objects.filter(project=project).select_related("team"):
        changes.append(catalog.change(project, f"remove {role.role} {role.team.name}", by))
        role.delete()
    if before is not None:
        write(before, by, "organization_project:remove", f"{project.name} to {target}")
        changes.append(catalog.change(project, f"remove organization {before.name}", by))
    project.organization = target if isinstance(target, Organization) else None
    project.save(update_fields=["organization"])
    if isinstance(target, Organization):
        write(target, by, "organization_project:add", project.name)
        changes.append(catalog.change(project, f"add organization {target.name}", by))
    else:
        changes.append(catalog.change(project, _make_owner(project, target), by))
    if before is not None:
        tell_owners(project, "organization-project-removed", *former.values(), organization=before.name, by=by)
    if isinstance(target, Organization):
        tell_owners(project, "organization-project-added", organization=target.name, by=by)
    journal.commit(changes, [journal.Dirty(project.normalized_name)])
    return Changed(project.normalized_name)


def _make_owner(project: Project, person: User) -> str:
    """Make a person an owner, and return the journal's words for it."""
    _, fresh = ProjectRole.objects.update_or_create(project=project, user=person, defaults={"role": Role.OWNER})
    history.record(person, "project:role:add" if fresh else "project:role:change", None, f"Owner of {project.name}")
    return f"add Owner {person.username}" if fresh else f"change {person.username} to Owner"
