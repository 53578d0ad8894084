# SPDX-License-Identifier: Apache-2.0
"""How much there is, of an index that takes long to count."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from cheeseshop.catalog import totals
from cheeseshop.catalog.models import Project
from cheeseshop.catalog.totals import Counts, counts
from cheeseshop.core.clock import now
from tests.support.factories import make_user
from tests.support.quick_accounts import no_limits, quick
from tests.web.test_pages import make_project

__all__ = ["no_limits", "quick"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Every count takes long; what is to be done beside the readers waits here."""
    work: list[Callable[[], None]] = []
    monkeypatch.setattr(totals, "_QUICK", -1.0)
    monkeypatch.setattr(totals, "_beside", work.append)
    return work


def grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "_AGE", -1.0)
    monkeypatch.setattr(totals, "_SHARE", -1)


def test_readers_see_the_last_count_and_one_of_them_has_it_made_anew(
    waiting: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = make_user("Alice")
    make_project("eins", "eins", alice, "1.0", "2.0")
    assert counts() == Counts(1, 2, 2)
    make_project("zwei", "zwei", alice, "1.0")
    assert (counts(), waiting) == (Counts(1, 2, 2), [])
    grow_old(monkeypatch)
    assert counts() == counts() == Counts(1, 2, 2)
    assert len(waiting) == 1
    waiting.pop()()
    assert counts() == Counts(2, 3, 3)
    assert len(waiting) == 1


def test_a_count_that_fails_is_tried_again(waiting: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch) -> None:
    counts()
    grow_old(monkeypatch)
    counts()
    with monkeypatch.context() as broken:
        broken.setattr(totals, "_count", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            waiting.pop()()
    counts()
    assert len(waiting) == 1


def test_what_is_quick_is_counted_each_time() -> None:
    make_project("eins", "eins", make_user("Alice"), "1.0")
    assert counts() == Counts(1, 1, 1)
    Project.objects.update(quarantined_at=now())
    assert counts() == Counts(0, 0, 0)
    assert cache.get("counts") is None
