# SPDX-License-Identifier: Apache-2.0
"""Putting mails into the queue, and taking them out of it."""

import logging
import re
import smtplib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives

from cheeseshop.core import current
from cheeseshop.core.clock import now
from cheeseshop.notify.models import Mail
from cheeseshop.notify.rendering import render_mail

log = logging.getLogger(__name__)

ATTEMPTS = 14
_CLAIM = timedelta(minutes=5)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_LINK = re.compile(r"https?://\S+")


def send(kind: str, recipients: Iterable[str], told: Mapping[str, object]) -> None:
    """Queue a mail for each recipient. Part of the caller's transaction: what is rolled back is never sent."""
    rendered = render_mail(kind, told)
    Mail.objects.bulk_create(
        Mail(recipient=recipient, kind=kind, subject=rendered.subject[:300], text=rendered.text, html=rendered.html)
        for recipient in recipients
    )


def deliver_due(limit: int = 50) -> int:
    """Hand over what is due, and return how many mails were. Several processes may do so at once."""
    delivered = 0
    for mail in Mail.objects.filter(due_at__lte=now()).order_by("due_at")[:limit]:
        claimed = Mail.objects.filter(id=mail.id, due_at=mail.due_at).update(
            due_at=now() + _CLAIM, attempts=mail.attempts + 1
        )
        if claimed and _deliver(mail):
            delivered += 1
    return delivered


def _deliver(mail: Mail) -> bool:
    settings = current.settings()
    sender = settings.mail_from or f"noreply@{settings.host}"
    message = EmailMultiAlternatives(mail.subject, mail.text, sender, [mail.recipient])
    message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _postpone(mail, error)
        return False
    Mail.objects.filter(id=mail.id).delete()
    if not settings.mail_url:
        link = _LINK.search(mail.text)
        log.info("mail to %s: %s %s", mail.recipient, mail.subject, link.group(0) if link else "")
    return True


def _postpone(mail: Mail, error: Exception) -> None:
    attempts = mail.attempts + 1
    told = f"{type(error).__name__}: {error}"[:500]
    log.warning("mail %s to %s was not taken (%s of %s): %s", mail.id, mail.recipient, attempts, ATTEMPTS, told)
    if attempts >= ATTEMPTS:
        Mail.objects.filter(id=mail.id).update(due_at=None, error=told, attempts=attempts, text="", html="")
        return
    Mail.objects.filter(id=mail.id).update(due_at=_next(attempts), error=told)


def _next(attempts: int) -> datetime:
    """Wait a minute, then twice as long each time, up to six hours: two and a half days in all."""
    wait: timedelta = min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT)
    return now() + wait
