# SPDX-License-Identifier: Apache-2.0
"""The whole matrix of decisions: visibility, quarantine, principal."""

from uuid import uuid4

import pytest

from cheeseshop.core.clock import now
from cheeseshop.core.facts import ANYBODY, FileFacts, Principal, ProjectFacts, Visibility
from cheeseshop.policy import Verdict, decide

SOMEBODY = Principal(uuid4())
READER = Principal(uuid4(), frozenset({"g"}))


@pytest.mark.parametrize(
    ("who", "visibility", "verdict"),
    [
        (ANYBODY, Visibility.PUBLIC, Verdict.ALLOW),
        (ANYBODY, Visibility.INTERNAL, Verdict.HIDE),
        (ANYBODY, Visibility.PRIVATE, Verdict.HIDE),
        (SOMEBODY, Visibility.INTERNAL, Verdict.ALLOW),
        (SOMEBODY, Visibility.PRIVATE, Verdict.HIDE),
        (READER, Visibility.PRIVATE, Verdict.ALLOW),
    ],
)
@pytest.mark.parametrize("file", [None, FileFacts("a-1.tar.gz")])
def test_visibility(who: Principal, visibility: Visibility, verdict: Verdict, file: FileFacts | None) -> None:
    facts = ProjectFacts("a", visibility, reader_groups=frozenset({"g"}))
    assert decide(who, facts, file, now()).verdict is verdict


@pytest.mark.parametrize(("project", "file"), [(True, False), (False, True), (True, True)])
def test_quarantined_bytes_are_refused_to_everyone(project: bool, file: bool) -> None:
    facts = ProjectFacts("a", quarantined=project, reader_groups=frozenset({"g"}))
    for who in (ANYBODY, SOMEBODY, READER):
        decision = decide(who, facts, FileFacts("a-1.tar.gz", quarantined=file), now())
        assert decision.verdict is Verdict.DENY
        assert "quarantine" in decision.reason


def test_the_page_of_a_quarantined_project_may_say_so() -> None:
    assert decide(ANYBODY, ProjectFacts("a", quarantined=True), None, now()).allowed
