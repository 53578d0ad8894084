# SPDX-License-Identifier: Apache-2.0
"""Receive an upload: admit, accept, publish, then answer."""

import logging

from django.db import DatabaseError, close_old_connections, connection

from cheeseshop.core.errors import Refusal
from cheeseshop.edge_contract.protocols import TRY_AGAIN, Admission, Reply, RequestHead, SpooledForm
from cheeseshop.fronts.purging import purge
from cheeseshop.moderation.flows import look_at_new_name
from cheeseshop.pages.publisher import publish_project
from cheeseshop.publishing.public_tree import publish_file
from cheeseshop.storage import Store
from cheeseshop.uploads.acceptance import Accepted, Step, accept
from cheeseshop.uploads.admission import Sender, admit, largest_file
from cheeseshop.uploads.frequency import check_frequency

log = logging.getLogger(__name__)

_UNPUBLISHED = "The file is stored, but its pages could not be published yet; a retry is safe."


class Receiver:
    """The upload flow behind the edge."""

    def __init__(self, store: Store, site: str) -> None:
        self.store = store
        self.site = site

    def admit(self, head: RequestHead) -> Admission | Reply:
        """Check identity, flags and limits from headers alone."""
        try:
            sender = admit(head)
            check_frequency(sender)
            return Admission(largest_file(head), sender)
        except Refusal as refusal:
            return _reply(refusal)
        except DatabaseError:
            log.exception("admission failed")
            return Reply(503, TRY_AGAIN, (("retry-after", "5"),))
        finally:
            _drop_broken_connection()

    def accept(self, admission: Admission, form: SpooledForm) -> Reply:
        """Check and store the file, publish its pages, and answer."""
        sender: Sender = admission.ticket
        try:
            receive(self.store, self.site, sender, form)
        except Refusal as refusal:
            return _reply(refusal)
        except (DatabaseError, OSError):
            log.exception("an upload failed")
            return Reply(503, TRY_AGAIN, (("retry-after", "5"),))
        finally:
            _drop_broken_connection()
        return Reply(200)


def receive(  # noqa: PLR0913 - two of them have defaults that only the command and fault tests change
    store: Store,
    site: str,
    sender: Sender,
    form: SpooledForm,
    *,
    legacy: bool = False,
    step: Step = lambda _name: None,
) -> Accepted:
    """Accept a file and publish it. What was accepted before is published again if its pages are behind.

    Raises:
        Refusal: as ``accept`` does; 503 when only the publishing failed.
    """
    accepted = accept(store, sender, form, legacy=legacy, step=step)
    try:
        publish_file(store, accepted.key)
        publish_project(store, site, accepted.normalized_name)
        purge((accepted.normalized_name,))
    except (DatabaseError, OSError) as error:
        log.exception("publishing %s failed", accepted.normalized_name)
        raise Refusal(_UNPUBLISHED, status=503, retry_after=5) from error
    finally:
        if accepted.new_project:
            look_at_new_name(form.fields["name"][0], accepted.normalized_name, sender.bearer.actor)
    step("published")
    return accepted


def _drop_broken_connection() -> None:
    """Let go of a connection that failed, as Django does after each of its own requests."""
    if not connection.in_atomic_block:
        close_old_connections()


def _reply(refusal: Refusal) -> Reply:
    headers = (("retry-after", str(refusal.retry_after)),) if refusal.retry_after else ()
    return Reply(refusal.status, refusal.message, headers)
