# SPDX-License-Identifier: Apache-2.0
"""What an administrator decides about a claim: a question, a transfer, a name that is freed, a refusal.

Everything is a line of the claim's history and of the journal, with actor and reason, and mailed to all concerned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext

from cheeseshop.access.models import Invitation, ProjectRole, Role
from cheeseshop.access.ownership import note_in_organization
from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.catalog.flows.changing import Changed, change, locked
from cheeseshop.catalog.flows.remove import remove_project
from cheeseshop.catalog.models import Project
from cheeseshop.claims.criteria import obstacle_to_transfer
from cheeseshop.claims.flows.moving import UNDECIDED, move
from cheeseshop.claims.flows.telling import link_to, note, tell_claimant
from cheeseshop.claims.models import Claim
from cheeseshop.claims.queries import criteria_of, owners_of
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.journal import flows as journal
from cheeseshop.organizations.models import ProjectOffer, TeamRole
from cheeseshop.publishers.models import ProjectPublisher, ProjectRule


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, and why. The reason is read by everybody concerned."""

    administrator: str
    reason: str


def put_question(claim: Claim, decision: Decision) -> None:
    """Ask the claimant something.

    Raises:
        Conflict: when the claim is decided by now.
    """
    with transaction.atomic():
        move(claim, UNDECIDED, state=Claim.State.ASKED, question=decision.reason)
        note(claim, decision.administrator, "asked", decision.reason)
        tell_claimant(claim, "claim-question", by=decision.administrator, question=decision.reason)


def decline(claim: Claim, decision: Decision) -> Changed | None:
    """Leave the name with its owners.

    Raises:
        Conflict: when the claim is decided by now.
    """
    with transaction.atomic():
        owners = list(owners_of(claim.project)) if claim.project else []
        _decide(claim, Claim.State.DECLINED, decision, owners, "declined")
        if claim.project is None:
            return None
        line = change(
            claim.project, _line(f"decline the claim of {claim.claimant_name}", decision), decision.administrator
        )
        journal.commit([line], [journal.Dirty(claim.normalized_name)])
    return Changed(claim.normalized_name)


def transfer(claim: Claim, decision: Decision, *, keep_owners: bool) -> Changed:
    """Make the claimant an owner; the owners until now stay, or lose their role.

    Raises:
        Conflict: when the claim is decided by now, or the owners can still answer, or keep the project.
        Refusal: when the claimant's account can't own a project.
        Missing: when the project is gone.
        Forbidden: while it is in quarantine.
    """
    with transaction.atomic():
        project = locked(_project_of(claim))
        claimant = _able(claim.claimant)
        owners = [owner for owner in owners_of(project) if owner != claimant]
        if why := obstacle_to_transfer(claim, len(owners), now()):
            raise Conflict(why)
        _decide(claim, Claim.State.TRANSFERRED, decision, owners, f"transferred to {claimant.username}")
        _close_others(claim, Claim.State.DECLINED, f"The name was transferred to {claimant.username}.", decision)
        changes = [change(project, _line(f"transfer to {claimant.username}", decision), decision.administrator)]
        if not keep_owners:
            changes += _take_roles(project, claimant, decision.administrator)
        changes += _give_role(project, claimant, decision.administrator)
        journal.commit(changes, [journal.Dirty(project.normalized_name)])
    return Changed(project.normalized_name)


def free(claim: Claim, decision: Decision) -> Changed:
    """Delete the project, so that anybody may take its name. Names of its files stay used.

    Raises:
        Conflict: when the claim is decided by now, or the owners can still answer, or keep the project.
        Missing: when the project is gone.
        Forbidden: while it is in quarantine.
    """
    with transaction.atomic():
        project = locked(_project_of(claim))
        owners = list(owners_of(project))
        if why := obstacle_to_transfer(claim, len(owners), now()):
            raise Conflict(why)
        _decide(claim, Claim.State.FREED, decision, owners, "freed: the project is deleted, and the name is free")
        _close_others(claim, Claim.State.FREED, "The project is deleted, and the name is free.", decision)
        return remove_project(project.pk, decision.administrator, _line("free the name", decision))


def _project_of(claim: Claim) -> UUID:
    if claim.project_id is None:
        raise Missing(gettext("The project does not exist any more; its name is free."))
    return claim.project_id


def _able(claimant: User | None) -> User:
    if claimant is None or not claimant.may_act:
        raise Refusal(gettext("The requester's account is gone, inactive or frozen."))
    if not EmailAddress.objects.filter(user=claimant, primary=True, verified=True).exists():
        raise Refusal(gettext("%(username)s has no verified primary e-mail address.") % {"username": claimant.username})
    return claimant


def _line(what: str, decision: Decision) -> str:
    return f"{what}: {' '.join(decision.reason.split())}"[:600]


def _decide(claim: Claim, state: str, decision: Decision, owners: Iterable[User], said: str) -> None:
    evidence = [[each.text, each.met] for each in criteria_of(claim)]
    moved = {"decided_by": decision.administrator, "decided_at": now(), "evidence": evidence, "next_notice_at": None}
    move(claim, UNDECIDED, state=state, **moved)
    note(claim, decision.administrator, said, decision.reason)
    told = {"by": decision.administrator, "decision": said, "reason": decision.reason}
    tell_claimant(claim, "claim-decided", **told)
    for owner in owners:
        history.mail(owner, "claim-decided", project=claim.project_name, link=link_to(claim), **told)


def _close_others(claim: Claim, state: str, reason: str, decision: Decision) -> None:
    """Close what others asked of the same project."""
    others = Claim.objects.filter(project=claim.project_id, state__in=UNDECIDED).exclude(pk=claim.pk)
    for other in others.select_related("claimant"):
        _decide(other, state, Decision(decision.administrator, reason), (), "closed, because another claim was decided")


def _take_roles(project: Project, claimant: User, administrator: str) -> list[journal.Change]:
    """Take every other owner's role, and what they have offered to others."""
    taken = ProjectRole.objects.filter(project=project, role=Role.OWNER).exclude(user=claimant).select_related("user")
    changes = []
    for role in taken.order_by("user__username"):
        history.record(role.user, "project:role:remove", None, f"{role.role} of {project.name}")
        changes.append(change(project, f"remove {role.role} {role.user.username}", administrator))
        role.delete()
    Invitation.objects.filter(project=project).delete()
    ProjectOffer.objects.filter(project=project).delete()
    ProjectPublisher.objects.filter(project=project).delete()  # whom the owners trusted could upload on
    ProjectRule.objects.filter(project=project).delete()
    TeamRole.objects.filter(project=project).delete()
    note_in_organization(project.pk, "organization_project:remove", administrator)
    Project.objects.filter(pk=project.pk).update(organization=None)
    return changes


def _give_role(project: Project, claimant: User, administrator: str) -> list[journal.Change]:
    role, new = ProjectRole.objects.get_or_create(project=project, user=claimant, defaults={"role": Role.OWNER})
    if not new:
        role.role = Role.OWNER
        role.save(update_fields=["role"])
    history.record(claimant, "project:role:add" if new else "project:role:change", None, f"Owner of {project.name}")
    action = f"add Owner {claimant.username}" if new else f"change {claimant.username} to Owner"
    return [change(project, action, administrator)]
