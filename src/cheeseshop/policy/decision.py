# SPDX-License-Identifier: Apache-2.0
"""The decision every list, page, metadata file, download and search answer asks for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cheeseshop.core.facts import FileFacts, Principal, ProjectFacts, Visibility


class Verdict(StrEnum):
    """What may be told."""

    ALLOW = "allow"
    HIDE = "hide"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, with the reason a person reads and the rule that gave it."""

    verdict: Verdict
    reason: str = ""
    rule: str = ""

    @property
    def allowed(self) -> bool:
        """Tell whether the bytes may be sent."""
        return self.verdict is Verdict.ALLOW


ALLOWED = Decision(Verdict.ALLOW)


def decide(principal: Principal, project: ProjectFacts, file: FileFacts | None, at: datetime) -> Decision:
    """Decide whether ``principal`` may read ``project``, or one ``file`` of it, at the moment ``at``.

    HIDE means that the caller may not learn that the thing exists; DENY means that it exists and is refused.
    The moment is part of the question because rules with dates (minimum age, embargo) answer by it.
    """
    del at  # no dated rule yet
    if not _may_know(principal, project):
        return Decision(Verdict.HIDE, f"Project {project.name} is not public.", "visibility")
    if file is None:
        return ALLOWED
    if project.quarantined:
        return Decision(Verdict.DENY, f"Project {project.name} is in quarantine.", "quarantine-project")
    if file.quarantined:
        return Decision(Verdict.DENY, f"File {file.filename} is in quarantine.", "quarantine-file")
    return ALLOWED


def _may_know(principal: Principal, project: ProjectFacts) -> bool:
    if project.visibility is Visibility.PUBLIC:
        return True
    if project.visibility is Visibility.INTERNAL:
        return principal.user_id is not None
    return bool(principal.groups & project.reader_groups)
