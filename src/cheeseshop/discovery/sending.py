# SPDX-License-Identifier: Apache-2.0
"""Keeping an OpenSearch server's index, where one is set: by following the journal, and all at once by command.

How far the journal was read is kept by the server itself, beside what came of it: an index that is lost takes its
cursor along, and is not searched until it was filled anew.
"""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from cheeseshop.core import current
from cheeseshop.discovery.documents import document_of
from cheeseshop.discovery.engines.open_search import circuit, document_for, filled_anew
from cheeseshop.discovery.engines.open_search_server import OpenSearchError, OpenSearchServer, server_at
from cheeseshop.journal.models import Entry
from cheeseshop.journal.reading import last_serial

log = logging.getLogger(__name__)

_BATCH = 200  # entries of the journal, or projects


def follow_journal() -> int:
    """Send what the journal says since the last time, and return how many projects there were.

    Sent twice, it does no harm, and neither does who comes late: see ``OpenSearchServer.write``.
    """
    server = _server()
    if server is None or not circuit.may_ask():
        return 0
    try:
        sent = _follow(server)
    except OpenSearchError as error:
        circuit.failed()
        log.warning("OpenSearch will be sent what changed later: %s", error)
        return 0
    circuit.answered()
    return sent


def _follow(server: OpenSearchServer) -> int:
    cursor, present = server.cursor(), last_serial()
    if cursor is None or cursor >= present:
        return 0
    entries = Entry.objects.filter(serial__gt=cursor, serial__lte=present).order_by("serial")
    read = list(entries.values_list("serial", "normalized_name")[:_BATCH])
    names = dict.fromkeys(name for _, name in read)
    _send(server, names, present)
    server.move_cursor(read[-1][0] if read else present)
    return len(names)


def send(names: Iterable[str]) -> None:
    """Send projects whatever the journal says. What the server does not take is sent at the next ``reindex``."""
    server = _server()
    if server is None or not circuit.may_ask():
        return
    try:
        _send(server, names, last_serial())
    except OpenSearchError as error:
        circuit.failed()
        log.warning("OpenSearch was not sent how popular projects are: %s", error)
        return
    circuit.answered()


def send_everything(names: Iterable[str]) -> Iterator[int]:
    """Fill the server's index anew, while it is in use, and remove what is gone. Yields how many were sent, by and by.

    Raises:
        OpenSearchError: when the server does not take them. The same again completes it.
    """
    server = _server()
    if server is None:
        return
    server.create()
    present = last_serial()
    left = iter(names)
    while part := list(islice(left, _BATCH)):
        _send(server, part, present)
        yield len(part)
    server.forget_before(present)
    server.move_cursor(present)
    filled_anew()


def _send(server: OpenSearchServer, names: Iterable[str], serial: int) -> None:
    """Send projects as they are now. ``serial`` was read before, so that no document is older than it says."""
    made = ((name, document_of(name)) for name in names)
    server.write(serial, {name: document_for(each, serial) if each else None for name, each in made})


def _server() -> OpenSearchServer | None:
    address = current.settings().opensearch
    return server_at(address) if address else None
