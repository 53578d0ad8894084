# SPDX-License-Identifier: Apache-2.0
"""Pending publishers: registered before their project exists, reminded of, expired."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from packaging.utils import canonicalize_name

from cheeseshop.accounts import history
from cheeseshop.accounts.models import User
from cheeseshop.catalog.names import check_new_project
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.names import check_project_name, ultranormalize
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import check
from cheeseshop.publishers.flows.register import Wanted
from cheeseshop.publishers.flows.rows import LONGEST_PLACE
from cheeseshop.publishers.models import PendingPublisher

LASTS = timedelta(days=30)
REMIND = timedelta(days=5)
MOST = 3
_LONGEST_NAME = 200


def add_pending(
    user: User, name: str, asked: Wanted, origin: HttpRequest | None = None, organization: UUID | None = None
) -> PendingPublisher:
    """Register a publisher that shall create a project. It reserves no name, and lasts 30 days.

    ``organization`` shall own the project; whoever passes it has checked that the person may create its projects.

    Raises:
        Refusal: when no project may be called so.
        Conflict: when the project exists, the person has three already, or somebody registered the same.
    """
    check(Switch.NO_PROJECTS)
    normalized = _check_name(name)
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)  # so that two at once are counted one after another
            if PendingPublisher.objects.filter(user=user, organization_id=organization).count() >= MOST:
                raise Conflict(
                    gettext("You have %(most)s pending publishers already; remove one, or publish with it first.")
                    % {"most": MOST}
                )
            made = PendingPublisher.objects.create(
                user=user,
                organization_id=organization,
                project_name=name,
                normalized_name=normalized,
                lookalike_key=ultranormalize(name),
                provider=asked.provider.issuer.key,
                issuer=asked.provider.issuer.url,
                fields=asked.fields,
                fields_key=asked.provider.fields_key(asked.fields),
                place=asked.provider.place(asked.fields)[:LONGEST_PLACE],
                expires_at=now() + LASTS,
            )
            history.record(user, "account:oidc:pending-publisher-added", origin, f"{asked.name} for {name}")
    except IntegrityError as error:
        raise Conflict(
            gettext("%(name)s is registered for %(project)s already, by you or by somebody else.")
            % {"name": asked.name, "project": name}
        ) from error
    return made


def _check_name(name: str) -> str:
    if len(name) > _LONGEST_NAME:
        raise Refusal(
            gettext("A project's name has at most %(longest_name)s characters.") % {"longest_name": _LONGEST_NAME}
        )
    try:
        check_project_name(name)
    except DistributionRefused as error:
        raise Refusal(str(error)) from error
    normalized = str(canonicalize_name(name))
    check_new_project(name, normalized)
    return normalized


def remove_pending(user: User, pending: UUID, origin: HttpRequest | None = None) -> str:
    """Take a registration back, and return the name of its project.

    Raises:
        Missing: when the person has none such.
    """
    with transaction.atomic():
        found = PendingPublisher.objects.select_for_update().filter(user=user, pk=pending).first()
        if found is None:
            raise Missing(gettext("There is no such pending publisher; it may have created its project already."))
        found.delete()
        history.record(
            user, "account:oidc:pending-publisher-removed", origin, f"{found.place} for {found.project_name}"
        )
    return found.project_name


def remind_and_expire() -> None:
    """Mail those whose registrations end within five days, once, and remove those that ended. Safe to run at once."""
    moment = now()
    PendingPublisher.objects.filter(expires_at__lte=moment).delete()
    soon = PendingPublisher.objects.filter(expires_at__lte=moment + REMIND, reminded_at=None).select_related("user")
    for pending in soon[:1000]:
        with transaction.atomic():
            if PendingPublisher.objects.filter(pk=pending.pk, reminded_at=None).update(reminded_at=moment):
                told = {"project": pending.project_name, "publisher": f"{pending.provider} {pending.place}"}
                history.mail(
                    pending.user, "pending-publisher-expiring", expires=f"{pending.expires_at:%Y-%m-%d}", **told
                )
