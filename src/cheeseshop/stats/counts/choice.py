# SPDX-License-Identifier: Apache-2.0
"""Who is asked: ClickHouse where one is set and answers, the roll-ups otherwise. A page never fails for want of one."""

import logging
from collections.abc import Callable
from typing import TypeVar

from cheeseshop.core import current
from cheeseshop.core.circuit import Circuit
from cheeseshop.stats.counts.base import Counts
from cheeseshop.stats.counts.rollups import RollUps

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
_REST = 30.0  # seconds for which a server that did not answer is left alone

circuit = Circuit(_REST)


def ask(question: Callable[[Counts], Answer]) -> Answer:
    """Return what the counts say."""
    address = current.settings().clickhouse
    if not address or not circuit.may_ask():
        return question(RollUps())
    from cheeseshop.stats.clickhouse import ClickHouseError, server_at  # noqa: PLC0415 - loads an HTTP client
    from cheeseshop.stats.counts.clickhouse import Sent  # noqa: PLC0415 - as above

    try:
        answer = question(Sent(server_at(address)))
    except (ClickHouseError, ValueError, TypeError) as error:  # the last two: an answer that is none of ClickHouse's
        circuit.failed()
        log.warning("ClickHouse is left alone for %d seconds, the database answers: %s", _REST, error)
        return question(RollUps())
    circuit.answered()
    return answer
