# SPDX-License-Identifier: Apache-2.0
"""A case of the corpus of hostile archives."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.archives.build import BuiltDistribution

Builder = Callable[[], BuiltDistribution]


@dataclass(frozen=True, slots=True)
class HostileCase:
    """A file to refuse; `reason` is a part of the message with which it has to be refused."""

    name: str
    reason: str
    build: Builder


def cases(*rows: tuple[str, str, Builder]) -> tuple[HostileCase, ...]:
    """Return a table of (name, reason, builder) as cases."""
    return tuple(HostileCase(*row) for row in rows)
