# SPDX-License-Identifier: Apache-2.0
"""Adding, changing and removing webhooks."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from cheeseshop.catalog.flows.changing import locked
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Missing, Refusal
from cheeseshop.journal.models import SerialCounter
from cheeseshop.outbound.addresses import NotCalled, check_url
from cheeseshop.webhooks import events
from cheeseshop.webhooks.models import Cursor, Delivery, Webhook
from cheeseshop.webhooks.signing import secret_of

MOST_HOOKS = 10
"""Webhooks of one project."""


def add_webhook(project: UUID, url: str, kinds: list[str], actor: str) -> Webhook:
    """Tell an address of a project's changes from now on.

    Raises:
        Refusal: when the address can't be called, a kind is unknown, or the project has too many webhooks.
        Conflict: when the project tells this address already.
        Missing: when the project is gone.
    """
    try:
        check_url(url)
    except NotCalled as error:
        raise Refusal(str(error)) from error
    unknown = set(kinds) - set(events.EVENTS)
    if unknown:
        raise Refusal(gettext("There is no event %(unknown)r.") % {"unknown": min(unknown)})
    try:
        with transaction.atomic():
            owner = locked(project)
            if Webhook.objects.filter(project=project).count() >= MOST_HOOKS:
                raise Refusal(
                    gettext("A project has at most %(most_hooks)s webhooks; remove one first.")
                    % {"most_hooks": MOST_HOOKS}
                )
            serial = SerialCounter.objects.get(pk=1).serial
            if not Webhook.objects.exists():
                Cursor.objects.update_or_create(id=1, defaults={"serial": serial})
            return Webhook.objects.create(
                project=owner,
                normalized_name=owner.normalized_name,
                url=url,
                events=sorted(kinds),
                since=serial,
                created_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(gettext("The project tells %(url)s already.") % {"url": url}) from error


def remove_webhook(project: UUID, webhook: UUID) -> str:
    """Remove a webhook with its deliveries, and return its address.

    Raises:
        Missing: when it is gone already.
    """
    found = _of(project, webhook)
    found.delete()
    return found.url


def renew_secret(project: UUID, webhook: UUID) -> str:
    """Make a new secret; the one before is good for nothing any more.

    Raises:
        Missing: when the webhook is gone.
    """
    with transaction.atomic():
        found = _of(project, webhook, lock=True)
        found.generation += 1
        found.save(update_fields=["generation"])
    return secret_of(found.pk, found.generation)


def set_paused(project: UUID, webhook: UUID, *, paused: bool) -> None:
    """Pause a webhook, or go on with it: what happens while it is paused is not told.

    Raises:
        Missing: when it is gone.
    """
    with transaction.atomic():
        found = _of(project, webhook, lock=True)
        found.paused, found.failing_since = paused, None
        if not paused:
            found.since = SerialCounter.objects.get(pk=1).serial
        found.save(update_fields=["paused", "failing_since", "since"])


def send_test(project: UUID, webhook: UUID, actor: str) -> Delivery:
    """Queue a message that says nothing but that it is a test.

    Raises:
        Missing: when the webhook is gone.
    """
    found = _of(project, webhook)
    body = events.message(events.TEST, now(), {"project": found.normalized_name, "actor": actor})
    return Delivery.objects.create(webhook=found, event=events.TEST, body=body)


def send_again(project: UUID, delivery: UUID) -> Delivery:
    """Queue a message once more, whatever became of it: the same identity, so that receivers know it again.

    Raises:
        Missing: when it is gone.
    """
    found = Delivery.objects.filter(pk=delivery, webhook__project=project).first()
    if found is None:
        raise Missing(gettext("There is no such delivery any more."))
    Delivery.objects.filter(pk=delivery).update(due_at=now(), attempts=0, delivered_at=None)
    return found


def _of(project: UUID, webhook: UUID, *, lock: bool = False) -> Webhook:
    rows = Webhook.objects.select_for_update() if lock else Webhook.objects
    found = rows.filter(pk=webhook, project=project).first()
    if found is None:
        raise Missing(gettext("There is no such webhook any more."))
    return found
