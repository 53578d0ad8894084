# SPDX-License-Identifier: Apache-2.0
"""Sessions: opened, extended, canceled, and ended when their time is over."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from cheeseshop.accounts.queries import Person
from cheeseshop.catalog.flows.lease_blob import drop_lease
from cheeseshop.catalog.models import BlobLease
from cheeseshop.catalog.state import project_state
from cheeseshop.catalog.versions import sort_key
from cheeseshop.core.clock import now
from cheeseshop.core.errors import Conflict, Forbidden, Refusal, TryAgain
from cheeseshop.staging.models import Session, SessionStatus, StagedFile
from cheeseshop.staging.queries import check_pending
from cheeseshop.staging.requests import NewSession
from cheeseshop.storage import Store, open_store
from cheeseshop.uploads import rules
from cheeseshop.uploads.acceptance import allowances
from cheeseshop.uploads.admission import Sender

LASTS = timedelta(days=7)
LONGEST = timedelta(days=30)
TOLD_FOR = timedelta(days=7)
"""How long the status of a session that ended is still told."""
_SPARE = timedelta(days=1)
_MOST_OPEN = 50


class Opened(Conflict):
    """A session of this name and version is open already; ``session`` is it."""

    def __init__(self, session: Session) -> None:
        super().__init__(f"A publishing session for {session} is open already.")
        self.session = session


def open_session(sender: Sender, wanted: NewSession) -> Session:
    """Open a session for a release.

    Raises:
        Opened: when the sender has one open for this release.
        Forbidden: when somebody else has, or the sender may not upload to the project or create it.
        Refusal: when name or version break a rule, or too many sessions are open.
    """
    if wanted.version.local and not allowances().local_versions:
        raise Refusal(f"version: the local version {str(wanted.version)!r} is not accepted.")
    rules.check_sender(sender, wanted.name, str(wanted.normalized_name), project_state(str(wanted.normalized_name)))
    owner = sender.bearer.person
    if Session.objects.filter(owner_id=owner.id, status=SessionStatus.PENDING).count() >= _MOST_OPEN:
        raise Refusal(f"You have {_MOST_OPEN} publishing sessions open; publish or cancel some first.", status=429)
    key = sort_key(wanted.version)
    try:
        with transaction.atomic():
            return Session.objects.create(
                project_name=wanted.name,
                normalized_name=str(wanted.normalized_name),
                version=str(wanted.version),
                sort_key=key,
                owner_id=owner.id,
                expires_at=now() + LASTS,
            )
    except IntegrityError as error:
        raise _in_the_way(wanted, key, owner) from error


def _in_the_way(wanted: NewSession, key: bytes, owner: Person) -> Refusal:
    found = Session.objects.filter(normalized_name=str(wanted.normalized_name), sort_key=key, status="pending").first()
    if found is None:
        return TryAgain("Another session of this release ended a moment ago; try again.")
    if found.owner_id != owner.id:
        return Forbidden(f"Somebody else has a publishing session for {found} open.")
    return Opened(found)


def extend_session(session: Session, seconds: int) -> Session:
    """Move a session's end, as far as sessions may live. What can't be given is not an error.

    Raises:
        Conflict: when it has ended.
    """
    check_pending(session)
    longest = session.created_at + LONGEST
    wanted = session.expires_at + timedelta(seconds=min(seconds, int(LONGEST.total_seconds())))
    session.expires_at = max(session.expires_at, min(wanted, longest))
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(expires_at=session.expires_at)
        leases = StagedFile.objects.filter(session=session).exclude(lease=None).values("lease")
        BlobLease.objects.filter(pk__in=leases).update(expires_at=lease_end(session))
    return session


def lease_end(session: Session) -> datetime:
    """Return until when a session's blobs are leased: a little longer than it lives."""
    return session.expires_at + _SPARE


def cancel_session(session: Session, store: Store) -> None:
    """Cancel a session: its files and its preview are gone, and the sweeper collects the bytes.

    Raises:
        Conflict: when it was published.
    """
    with transaction.atomic():
        ended = Session.objects.filter(pk=session.pk, status=SessionStatus.PENDING).update(
            status=SessionStatus.CANCELED, ended_at=now()
        )
        if not ended and not Session.objects.filter(pk=session.pk, status=SessionStatus.CANCELED).exists():
            raise Conflict("This publishing session was published and can't be canceled.")
        for lease in StagedFile.objects.filter(session=session).values_list("lease", flat=True):
            if lease is not None:
                drop_lease(lease)
        files = list(StagedFile.objects.filter(session=session).values_list("pk", flat=True))
        StagedFile.objects.filter(session=session).delete()
    for file in files:
        store.drop_parts(file)
    store.unstage(session.token)


def end_expired() -> None:
    """Cancel sessions whose time is over, forget those that ended long ago, and remove previews that nobody owns.

    Safe to run twice at once.
    """
    store, moment = open_store(), now()
    for session in Session.objects.filter(status=SessionStatus.PENDING, expires_at__lte=moment):
        cancel_session(session, store)
    Session.objects.filter(ended_at__lte=moment - TOLD_FOR).delete()
    pending = set(Session.objects.filter(status=SessionStatus.PENDING).values_list("token", flat=True))
    for folder in store.staged.iterdir():
        if folder.name not in pending and not Session.objects.filter(token=folder.name, status="pending").exists():
            store.unstage(folder.name)
    for part in store.parts.iterdir():
        if not StagedFile.objects.filter(pk=part.name, key="").exists():
            part.unlink(missing_ok=True)
