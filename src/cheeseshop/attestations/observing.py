# SPDX-License-Identifier: Apache-2.0
"""Where the administrators' side hears of lost provenance."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LostProvenance:
    """A file came by an API token to a project whose last one came from a trusted publisher."""

    project_id: UUID
    project: str
    version: str
    filename: str
    publisher: str
    by: str


Hook = Callable[[LostProvenance], object]
_hooks: list[Hook] = []


def on_lost_provenance(hook: Hook) -> None:
    """Have ``hook`` called within the upload's transaction, before its journal."""
    _hooks.append(hook)


def observe_lost_provenance(lost: LostProvenance) -> None:
    """Tell whoever asked."""
    for hook in _hooks:
        hook(lost)
