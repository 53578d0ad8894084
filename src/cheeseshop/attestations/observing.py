# SPDX-License-Identifier: Apache-2.0
"""Where the administrators' side hears of lost provenance."""

from dataclasses import dataclass
from uuid import UUID

from cheeseshop.moderation.flows import Observed, Reporter, observe
from cheeseshop.moderation.models import Kind, Subject

CHECK = "check of provenance"


@dataclass(frozen=True, slots=True)
class LostProvenance:
    """A file came by an API token to a project whose last one came from a trusted publisher."""

    project_id: UUID
    project: str
    version: str
    filename: str
    publisher: str
    by: str


def observe_lost_provenance(lost: LostProvenance) -> None:
    """Leave an observation for the administrators, in the upload's transaction."""
    what = Observed(
        Kind.PROVENANCE_LOST,
        f"{lost.project} {lost.version}",
        f"{lost.filename} was uploaded with an API token of {lost.by}; the file before it came from {lost.publisher}.",
        Subject.RELEASE,
        lost.project_id,
        {"filename": lost.filename, "publisher": lost.publisher, "by": lost.by},
    )
    observe(what, Reporter(CHECK, automatic=True))
