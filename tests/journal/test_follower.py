# SPDX-License-Identifier: Apache-2.0
"""The thread that follows the journal: everything is caught up with, and uploads go first."""

import threading
from pathlib import Path

import pytest

from cheeseshop.journal.follower import Follower
from cheeseshop.journal.models import SerialCounter
from cheeseshop.journal.pace import Pace
from cheeseshop.storage import Store

pytestmark = pytest.mark.django_db


class Clock(threading.Event):
    """Notes how long somebody would have rested."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout or 0.0)
        return self.is_set()


@pytest.fixture
def counter() -> SerialCounter:
    return SerialCounter.objects.get_or_create(id=1)[0]


def write(counter: SerialCounter) -> None:
    SerialCounter.objects.filter(pk=counter.pk).update(serial=counter.serial + 1)
    counter.refresh_from_db()


def follower(tmp_path: Path) -> Follower:
    store = Store(tmp_path)
    store.prepare()
    return Follower(store, ())


def test_steps_are_taken_in_turn_until_none_has_anything_to_do(counter: SerialCounter, tmp_path: Path) -> None:
    taken: list[str] = []

    def step(name: str, times: int) -> int:
        taken.append(name)
        return int(taken.count(name) < times)

    follower(tmp_path).catch_up([lambda: step("a", 3), lambda: step("b", 1), lambda: step("c", 2)])
    assert taken == ["a", "b", "c", "a", "c", "a"]


def test_a_step_that_fails_is_told_and_keeps_nobody_from_working(
    counter: SerialCounter, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken: list[int] = []

    def fails() -> int:
        raise ValueError("no")

    follower(tmp_path).catch_up([fails, lambda: taken.append(1) or 0])
    assert taken == [1]
    assert "will be tried again" in caplog.text


def test_nobody_works_after_the_end_was_asked_for(counter: SerialCounter, tmp_path: Path) -> None:
    one = follower(tmp_path)
    one.stop()
    one.catch_up([lambda: 1 // 0])


def test_work_rests_only_while_something_is_written(counter: SerialCounter) -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.rest(0.01)
    pace.rest(0.01)
    assert clock.rests == []
    write(counter)
    pace.rest(0.01)
    assert clock.rests == [pytest.approx(0.29)]
    pace.rest(3600.0)
    assert clock.rests[1:] == [2.0]


def test_work_goes_on_at_full_speed_once_it_is_calm(counter: SerialCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.rest(0.01)
    write(counter)
    pace.rest(0.01)
    monkeypatch.setattr("cheeseshop.journal.pace._CALM", 0.0)
    pace.rest(0.01)
    assert len(clock.rests) == 1
