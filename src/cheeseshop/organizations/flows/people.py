# SPDX-License-Identifier: Apache-2.0
"""Who belongs to an organisation: invited by name, accepted or declined, changed, removed; the last owner stays."""

from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.accounts.queries import user_named
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.organizations.flows.changing import LASTS, locked, tell, write
from cheeseshop.organizations.models import MemberInvitation, MemberRole, Membership, Organization, TeamMember

_BETWEEN_MAILS = timedelta(minutes=10)


def invite(organization: UUID, username: str, role: MemberRole, actor: User) -> MemberInvitation:
    """Offer a membership to a person.

    Raises:
        Missing: when there is no such person.
        Refusal: when the person's address is not verified.
        Conflict: when the person is a member, or invited, already.
    """
    person = user_named(username)
    if person is None or not person.may_log_in:
        raise Missing(gettext("There is no user named %(username)s.") % {"username": username})
    if not EmailAddress.objects.filter(user=person, primary=True, verified=True).exists():
        raise Refusal(
            gettext("%(username)s has no verified primary e-mail address and can't be invited yet.")
            % {"username": person.username}
        )
    with transaction.atomic():
        found = locked(organization)
        if Membership.objects.filter(organization=found, user=person).exists():
            raise Conflict(
                gettext("%(username)s is a member already; change the role instead.") % {"username": person.username}
            )
        MemberInvitation.objects.filter(organization=found, user=person, expires_at__lt=now()).delete()
        try:
            with transaction.atomic():
                made = MemberInvitation.objects.create(
                    organization=found, user=person, role=role, invited_by=actor.username, expires_at=now() + LASTS
                )
        except IntegrityError as error:
            raise Conflict(
                gettext("%(username)s is invited already; resend or revoke that invitation.")
                % {"username": person.username}
            ) from error
        _mail(made, actor)
        write(found, actor.username, "organization_role:invite", f"{role} {person.username}")
    return made


def _mail(invitation: MemberInvitation, actor: User) -> None:
    link = f"{current.settings().url}/manage/organizations/invitation/{invitation.pk}/"
    told = {"by": actor.username, "role": invitation.role, "link": link}
    history.mail(invitation.user, "organization-invited", organization=invitation.organization.name, **told)


def resend(organization: UUID, invitation: UUID, actor: User) -> str:
    """Mail an invitation again, with a new term, and return whose it is.

    Raises:
        Missing: when it was answered or revoked.
        Refusal: when it was mailed a moment ago.
    """
    with transaction.atomic():
        found = locked(organization)
        sent = _of(found, invitation)
        if now() - sent.sent_at < _BETWEEN_MAILS:
            raise Refusal(
                gettext("This invitation was mailed a moment ago; wait ten minutes."), status=429, retry_after=600
            )
        sent.sent_at, sent.expires_at = now(), now() + LASTS
        sent.save(update_fields=["sent_at", "expires_at"])
        _mail(sent, actor)
        write(found, actor.username, "organization_role:invite", f"{sent.role} {sent.user.username} (sent again)")
    return sent.user.username


def revoke(organization: UUID, invitation: UUID, actor: User) -> str:
    """Take an invitation back, and return whose it was.

    Raises:
        Missing: when it was answered or revoked.
    """
    with transaction.atomic():
        found = locked(organization)
        sent = _of(found, invitation)
        sent.delete()
        write(found, actor.username, "organization_role:revoke_invite", f"{sent.role} {sent.user.username}")
    return sent.user.username


def _of(organization: Organization, invitation: UUID) -> MemberInvitation:
    rows = MemberInvitation.objects.select_related("user", "organization")
    found = rows.filter(organization=organization, pk=invitation).first()
    if found is None:
        raise Missing(gettext("This invitation was answered or revoked already."))
    return found


def open_invitation(invitation: UUID, person: User) -> MemberInvitation:
    """Return an invitation that a person may still answer.

    Raises:
        Missing: when it was revoked, answered, has expired, or is another person's.
    """
    rows = MemberInvitation.objects.select_related("organization")
    found = rows.filter(pk=invitation, user=person, expires_at__gt=now()).first()
    if found is None:
        raise Missing(gettext("This invitation was revoked, answered, or has expired; ask an owner for another one."))
    return found


def accept(invitation: UUID, person: User) -> Organization:
    """Become a member.

    Raises:
        Missing: as ``open_invitation``.
    """
    with transaction.atomic():
        found = locked(open_invitation(invitation, person).organization_id)
        sent = open_invitation(invitation, person)  # once more, where nobody comes in between
        sent.delete()
        Membership.objects.create(organization=found, user=person, role=sent.role)
        write(found, person.username, "organization_role:add", f"{sent.role} {person.username}")
        history.record(person, "organization:role:add", None, f"{sent.role} of {found.name}")
        tell(found, "organization-joined", person, member=person.username, role=sent.role)
    return found


def decline(invitation: UUID, person: User) -> str:
    """Refuse a membership, and return the organisation's name.

    Raises:
        Missing: as ``open_invitation``.
    """
    with transaction.atomic():
        found = locked(open_invitation(invitation, person).organization_id)
        sent = open_invitation(invitation, person)
        sent.delete()
        write(found, person.username, "organization_role:decline_invite", f"{sent.role} {person.username}")
        tell(found, "organization-invitation-declined", member=person.username, role=sent.role)
    return found.name


def change_role(organization: UUID, person: UUID, role: MemberRole, actor: User) -> str:
    """Give a member another role, and return who it is.

    Raises:
        Missing: when they are no member any more.
        Conflict: when the last owner would be none any more, or owners would demote themselves.
    """
    with transaction.atomic():
        found = locked(organization)
        membership = _membership(found, person)
        if membership.user_id == actor.pk and membership.role == MemberRole.OWNER != role:
            raise Conflict(gettext("Owners can't demote themselves; another owner can."))
        _keep_an_owner(found, membership, role)
        membership.role = role
        membership.save(update_fields=["role"])
        name = membership.user.username
        write(found, actor.username, "organization_role:change", f"{name} to {role}")
        history.record(membership.user, "organization:role:change", None, f"{role} of {found.name}")
        tell(found, "organization-role-changed", membership.user, member=name, role=role, by=actor.username)
    return name


def remove(organization: UUID, person: UUID, actor: User) -> str:
    """Remove a member from the organisation and its teams, or leave by oneself; return who it is.

    Raises:
        Missing: when they are no member any more.
        Conflict: when it is the last owner.
    """
    with transaction.atomic():
        found = locked(organization)
        membership = _membership(found, person)
        _keep_an_owner(found, membership, None)
        name = membership.user.username
        for each in TeamMember.objects.filter(team__organization=found, user=person).select_related("team"):
            write(found, actor.username, "team_role:remove", name, each.team)
            each.delete()
        membership.delete()
        write(found, actor.username, "organization_role:remove", f"{membership.role} {name}")
        history.record(membership.user, "organization:role:remove", None, f"{membership.role} of {found.name}")
        told = {"member": name, "role": membership.role, "by": actor.username}
        tell(found, "organization-removed", membership.user, **told)
    return name


def show_in_public(organization: UUID, person: User, *, shown: bool) -> None:
    """Let the organisation's public page name a member, or not: the member's own choice."""
    Membership.objects.filter(organization=organization, user=person).update(is_public=shown)


def _membership(organization: Organization, person: UUID) -> Membership:
    found = Membership.objects.select_related("user").filter(organization=organization, user=person).first()
    if found is None:
        raise Missing(gettext("This person is no member any more."))
    return found


def _keep_an_owner(organization: Organization, found: Membership, role: MemberRole | None) -> None:
    """Refuse to take the last owner. The organisation's row is locked, so that of two at once one is refused."""
    if found.role != MemberRole.OWNER or role == MemberRole.OWNER:
        return
    others = Membership.objects.filter(organization=organization, role=MemberRole.OWNER).exclude(pk=found.pk)
    if not others.exists():
        name = found.user.username
        raise Conflict(
            gettext("%(name)s is the last owner of %(organization)s; make somebody else an owner first.")
            % {"name": name, "organization": organization.name}
        )
