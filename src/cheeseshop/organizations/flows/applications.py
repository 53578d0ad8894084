# SPDX-License-Identifier: Apache-2.0
"""Asking for an organisation, and deciding about it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.accounts import history
from cheeseshop.accounts.models import ProhibitedUsername, User
from cheeseshop.accounts.names import RESERVED
from cheeseshop.accounts.queries import user_named
from cheeseshop.accounts.telling import deciders
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Forbidden, Missing, Refusal
from cheeseshop.organizations.flows.changing import write
from cheeseshop.organizations.models import Application, MemberRole, Membership, Organization, UsedName, normalized

MOST_UNDECIDED = 3
_DECLINED_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wish:
    """An organisation as a person wants it. ``statement`` says what it is for."""

    name: str
    display_name: str
    kind: str
    statement: str
    url: str = ""
    description: str = ""

    def told(self) -> dict[str, str]:
        """Return what the organisation will tell of itself."""
        return {
            "name": self.name,
            "normalized_name": normalized(self.name),
            "display_name": self.display_name,
            "kind": self.kind,
            "url": self.url,
            "description": self.description,
        }


def apply(wish: Wish, applicant: User) -> Application:
    """Ask for an organisation; where the instance needs no approval, it is there at once.

    Raises:
        Refusal: when a field breaks a rule, or three applications of the person wait already.
        Conflict: when the name is taken.
    """
    settings = current.settings()
    if settings.read_only:
        raise Forbidden(gettext("The index is in read-only mode; nothing can be changed now."))
    made = Application(**wish.told(), applicant=applicant, statement=wish.statement)
    try:
        made.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Refusal("; ".join(error.messages)) from error
    with transaction.atomic():
        User.objects.select_for_update().get(pk=applicant.pk)
        check_name(wish.name, applicant)
        waiting = Application.objects.filter(applicant=applicant, state=Application.State.OPEN).count()
        if waiting >= MOST_UNDECIDED:
            raise Refusal(
                gettext("%(waiting)s of your applications wait for a decision; at most %(most_undecided)s may.")
                % {"waiting": waiting, "most_undecided": MOST_UNDECIDED}
            )
        made.save(force_insert=True)
        if settings.organization_approval:
            told = {"organization": made.name, "link": f"{settings.url}/manage/organization-applications/{made.pk}/"}
            history.mail(applicant, "organization-applied", organization=made.name)
            for each in deciders():
                history.mail(each, "organization-to-decide", by=applicant.username, **told)
        else:
            _create(made, "")
    return made


def check_name(name: str, applicant: User) -> None:
    """Check that an organisation may have a name.

    Raises:
        Refusal: when it is reserved or prohibited.
        Conflict: when an organisation has or had it, in any spelling, or another person has it.
    """
    lower = name.lower()
    if lower in RESERVED or ProhibitedUsername.objects.filter(name=lower).exists():
        raise Refusal(gettext("The name %(name)r is reserved; choose another one.") % {"name": name})
    if UsedName.objects.filter(normalized_name=normalized(name)).exists():
        raise Conflict(
            gettext("The name %(name)r is taken by an organisation, or was; choose another one.") % {"name": name}
        )
    person = user_named(name)
    if person is not None and person.pk != applicant.pk:
        raise Conflict(gettext("The name %(name)r is another person's username; choose another one.") % {"name": name})


def approve(application: UUID, administrator: str) -> Organization:
    """Create the organisation that a person asked for; they are its owner.

    Raises:
        Conflict: when it was decided already, or the name is taken by now.
    """
    with transaction.atomic():
        found = _open(application)
        check_name(found.name, found.applicant)
        return _create(found, administrator)


def decline(application: UUID, reason: str, administrator: str) -> None:
    """Decline an application, with a reason that its person reads.

    Raises:
        Refusal: without a reason.
        Conflict: when it was decided already.
    """
    if not reason.strip() or len(reason) > 1000:  # noqa: PLR2004 - the column's width
        raise Refusal(gettext("Say why it is declined, in at most 1000 characters; the person reads it."))
    with transaction.atomic():
        found = _open(application)
        _decided(found, Application.State.DECLINED, administrator, reason)
        history.mail(found.applicant, "organization-declined", organization=found.name, reason=reason)


def withdraw(application: UUID, applicant: User) -> str:
    """Take an application back, and return the name.

    Raises:
        Missing: when it was decided, or is another person's.
    """
    with transaction.atomic():
        rows = Application.objects.select_for_update()
        found = rows.filter(pk=application, applicant=applicant, state=Application.State.OPEN).first()
        if found is None:
            raise Missing(gettext("This application was decided or withdrawn already."))
        found.delete()
    return found.name


def _open(application: UUID) -> Application:
    found = Application.objects.select_for_update().filter(pk=application).first()
    if found is None:
        raise Missing(gettext("There is no such application; it may be withdrawn."))
    if found.state != Application.State.OPEN:
        raise Conflict(
            gettext("The application for %(name)s was decided already: %(state)s.")
            % {"name": found.name, "state": found.state}
        )
    return found


def _decided(found: Application, state: str, administrator: str, reason: str = "") -> None:
    found.state, found.decided_by, found.decided_at, found.reason = state, administrator, now(), reason
    found.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _create(found: Application, administrator: str) -> Organization:
    """Create what was asked for. Whoever comes second to the name is stopped by the table of used names."""
    told = {name: getattr(found, name) for name in ("name", "normalized_name", "display_name", "url", "description")}
    made = Organization(**told, kind=found.kind)
    try:
        with transaction.atomic():
            UsedName(normalized_name=found.normalized_name).save(force_insert=True)
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            gettext("The name %(name)r is taken by an organisation, or was; choose another one.") % {"name": found.name}
        ) from error
    _decided(found, Application.State.APPROVED, administrator)
    owner = found.applicant
    Membership.objects.create(organization=made, user=owner, role=MemberRole.OWNER)
    write(made, administrator or owner.username, "organization:create", made.name)
    write(made, administrator or owner.username, "organization_role:add", f"{MemberRole.OWNER} {owner.username}")
    history.record(owner, "organization:role:add", None, f"{MemberRole.OWNER} of {made.name}")
    if administrator:
        history.mail(owner, "organization-approved", organization=made.name)
    return made


def purge_declined() -> int:
    """Forget applications that were declined a month ago, and return how many. Safe to run twice at once."""
    before = now() - _DECLINED_KEPT
    removed, _ = Application.objects.filter(state=Application.State.DECLINED, decided_at__lt=before).delete()
    return removed
