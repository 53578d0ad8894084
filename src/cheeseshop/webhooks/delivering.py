# SPDX-License-Identifier: Apache-2.0
"""Reading the journal into messages, and delivering them."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from cheeseshop import sql
from cheeseshop.catalog.flows.telling import tell_owners
from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.journal.models import Entry
from cheeseshop.webhooks import events
from cheeseshop.webhooks.models import Cursor, Delivery, Webhook
from cheeseshop.webhooks.sending import Outcome, Outgoing, send_all
from cheeseshop.webhooks.signing import secret_of

ATTEMPTS = 12

_CLAIM = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=6)
_KEPT = timedelta(days=30)
_BATCH = 500


def read_journal() -> int:
    """Turn what the journal says since the last time into messages, and return how many there are.

    Serials are committed in order, so that nothing can appear behind the cursor. Several processes may do so at once.
    """
    row = sql.first("SELECT c.serial, j.serial FROM webhooks_cursor c, journal_serialcounter j WHERE c.id = 1")
    if row is None or row[0] >= row[1]:
        return 0
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(pk=1)
        entries = list(Entry.objects.filter(serial__gt=cursor.serial).order_by("serial")[:_BATCH])
        if not entries:
            return 0
        names = {entry.normalized_name for entry in entries}
        hooks = list(Webhook.objects.select_for_update().filter(normalized_name__in=names, paused=False))
        made = Delivery.objects.bulk_create(_messages(entries, hooks))
        Cursor.objects.filter(pk=1).update(serial=entries[-1].serial)
    return len(made)


def _messages(entries: list[Entry], hooks: list[Webhook]) -> list[Delivery]:
    made: list[Delivery] = []
    for entry in entries:
        event, filename = events.event_of(entry.action)
        for hook in hooks:
            if hook.normalized_name != entry.normalized_name or entry.serial <= hook.since:
                continue
            if not hook.events or event in hook.events:
                body = events.message(event, entry.at, _told(entry, filename))
                made.append(Delivery(webhook=hook, event=event, serial=entry.serial, body=body))
            if event == "project.removed":  # whoever takes the name next is somebody else
                Webhook.objects.filter(pk=hook.pk).update(normalized_name="", paused=True)
                hook.normalized_name = ""
    return made


def _told(entry: Entry, filename: str) -> dict[str, object]:
    site = current.settings().url
    told: dict[str, object] = {
        "serial": entry.serial,
        "project": entry.project,
        "action": entry.action,
        "actor": entry.actor,
        "url": f"{site}/project/{entry.normalized_name}/",
    }
    if entry.version:
        told |= {"version": entry.version, "url": f"{site}/project/{entry.normalized_name}/{entry.version}/"}
    return told | ({"filename": filename} if filename else {})


def deliver_due(limit: int = 20) -> int:
    """Send what is due, and return how many messages were taken. Several processes may do so at once."""
    claimed: list[Delivery] = []
    for each in Delivery.objects.select_related("webhook").filter(due_at__lte=now()).order_by("due_at")[:limit]:
        mine = Delivery.objects.filter(pk=each.pk, due_at=each.due_at)
        if mine.update(due_at=now() + _CLAIM, attempts=each.attempts + 1):
            each.attempts += 1
            claimed.append(each)
    if not claimed:
        return 0
    outcomes = send_all(
        [
            Outgoing(each.pk, each.webhook.url, secret_of(each.webhook_id, each.webhook.generation), each.body)
            for each in claimed
        ]
    )
    for each, outcome in zip(claimed, outcomes, strict=True):
        _settle(each, outcome)
    return sum(outcome.taken for outcome in outcomes)


def _settle(delivery: Delivery, outcome: Outcome) -> None:
    rows, hooks = Delivery.objects.filter(pk=delivery.pk), Webhook.objects.filter(pk=delivery.webhook_id)
    told = {"status": outcome.status, "detail": outcome.detail[:300]}
    if outcome.taken:
        rows.update(due_at=None, delivered_at=now(), **told)
        hooks.filter(failing_since__isnull=False).update(failing_since=None)
        return
    hooks.filter(failing_since=None).update(failing_since=now())
    if delivery.attempts < ATTEMPTS:
        wait: timedelta = min(_FIRST_WAIT * 2 ** (delivery.attempts - 1), _LONGEST_WAIT)
        rows.update(due_at=now() + wait, **told)
        return
    with transaction.atomic():
        rows.update(due_at=None, **told)
        if hooks.filter(paused=False).update(paused=True):
            _tell(delivery.webhook, outcome)


def _tell(webhook: Webhook, outcome: Outcome) -> None:
    project = webhook.project
    if project is None:
        return
    page = f"{current.settings().url}/manage/project/{project.normalized_name}/webhooks/{webhook.pk}/"
    reason = outcome.detail or f"status {outcome.status}"
    tell_owners(project, "webhook-failing", where=webhook.url, link=page, reason=reason)


def tidy_up() -> None:
    """Forget deliveries after thirty days, and webhooks of projects that are gone once their last message is."""
    Delivery.objects.filter(due_at=None, created_at__lt=now() - _KEPT).delete()
    gone = Webhook.objects.filter(Q(normalized_name="") | Q(paused=True), project=None)
    gone.exclude(deliveries__due_at__isnull=False).delete()
