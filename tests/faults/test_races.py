# SPDX-License-Identifier: Apache-2.0
"""What must hold when several processes do it at once, on whichever database the suite was given."""

from collections.abc import Iterator

import pytest

from tests.support import racing
from tests.support.archives import build_wheel
from tests.support.racing import Racers, racers

pytestmark = [pytest.mark.faults, pytest.mark.index]
_COUNT = 6


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Racers]:
    with racers(tmp_path_factory.mktemp("racers"), _COUNT) as started:
        yield started


@pytest.fixture(scope="module")
def ann(pool: Racers) -> str:
    """A token of ann, by which every process has sent something: the first time takes longer, and would spread them."""
    token = str(pool.ask(racing.make_token, "ann"))
    warmed = pool.run(racing.send, [(token, *build_wheel(f"warm{n}th", "1.0")) for n in range(_COUNT)])
    assert _statuses(warmed) == [200] * _COUNT, warmed
    return token


@pytest.fixture(scope="module")
def ben(pool: Racers) -> str:
    return str(pool.ask(racing.make_token, "ben"))


def _statuses(answers: list[tuple[int, str]]) -> list[int]:
    return sorted(status for status, _ in answers)


@pytest.mark.parametrize("room", [1, 3])
def test_a_project_with_room_for_some_takes_exactly_these(pool: Racers, ann: str, room: int) -> None:
    """Six uploads at once into a project that has room for ``room`` of the largest of them, and for no more."""
    name = f"quota{room}"
    wheels = [build_wheel(name, f"{n}.0") for n in range(1, _COUNT + 2)]
    first, *rest = wheels
    sizes = {filename: len(data) for filename, data in wheels}
    assert (room + 1) * min(sizes.values()) > room * max(sizes.values())
    assert pool.ask(racing.send, ann, *first)[0] == 200
    before = 10 * 1024**3 - room * max(sizes.values())
    pool.ask(racing.set_total, name, before)
    answers = pool.run(racing.send, [(ann, *wheel) for wheel in rest])
    assert _statuses(answers) == [200] * room + [400] * (_COUNT - room), answers
    assert all(body.startswith("Project size too large.") for status, body in answers if status == 400)
    after = pool.ask(racing.state, name)
    stored = [wheel[0] for wheel, (status, _) in zip(rest, answers, strict=True) if status == 200]
    assert set(after["files"]) == {first[0], *stored}
    assert after["total"] == before + sum(sizes[filename] for filename in stored)
    assert len(after["files"]) == 1 + room == after["used"]


def test_one_filename_is_given_to_one_file(pool: Racers, ann: str) -> None:
    """The same name with six different contents at once: one is stored, and its page names it."""
    wheels = [build_wheel("single", "1.0", requires=(f"cheese{n}",)) for n in range(_COUNT)]
    assert len({filename for filename, _ in wheels}) == 1
    answers = pool.run(racing.send, [(ann, *wheel) for wheel in wheels])
    assert _statuses(answers) == [200] + [400] * (_COUNT - 1), answers
    assert all("already" in body for status, body in answers if status == 400)
    after = pool.ask(racing.state, "single")
    assert (len(after["files"]), after["used"], after["total"]) == (1, 1, after["sizes"])
    assert pool.ask(racing.page_names, "single", wheels[0][0])


def test_the_same_file_six_times_at_once_is_stored_once_and_refused_to_nobody(pool: Racers, ann: str) -> None:
    wheel = build_wheel("same", "1.0")
    answers = pool.run(racing.send, [(ann, *wheel)] * _COUNT)
    assert _statuses(answers) == [200] * _COUNT, answers
    after = pool.ask(racing.state, "same")
    assert (len(after["files"]), after["total"]) == (1, len(wheel[1]))


def test_of_projects_that_look_alike_one_is_made(pool: Racers, ann: str, ben: str) -> None:
    names = ("lookalike", "l00kalike", "1ookalike", "lo0kalike", "look_alike", "look_a1ike")
    wheels = [build_wheel(name, "1.0") for name in names]
    answers = pool.run(racing.send, [((ann, ben)[n % 2], *wheel) for n, wheel in enumerate(wheels)])
    assert _statuses(answers) == [200] + [400] * (_COUNT - 1), answers
    assert all("too similar" in body for status, body in answers if status == 400)


def test_of_two_people_who_create_one_project_one_owns_it(pool: Racers, ann: str, ben: str) -> None:
    wheels = [build_wheel("contested", f"{n}.0") for n in range(_COUNT)]
    answers = pool.run(racing.send, [((ann, ben)[n % 2], *wheel) for n, wheel in enumerate(wheels)])
    assert _statuses(answers) == [200] * 3 + [403] * 3, answers
    winner = 0 if answers[0][0] == 200 else 1
    assert [status == 200 for status, _ in answers] == [n % 2 == winner for n in range(_COUNT)]
    assert pool.ask(racing.state, "contested")["owners"] == [("ann", "ben")[winner]]


def test_one_deletion_of_a_file_gives_its_room_back_once(pool: Racers, ann: str) -> None:
    kept, gone = build_wheel("deleted", "1.0"), build_wheel("deleted", "2.0")
    for wheel in (kept, gone):
        assert pool.ask(racing.send, ann, *wheel)[0] == 200
    assert sorted(pool.run(racing.remove_file, [("deleted", gone[0])] * _COUNT)) == [False] * (_COUNT - 1) + [True]
    after = pool.ask(racing.state, "deleted")
    assert after["total"] == after["sizes"] == len(kept[1])
    assert list(after["files"]) == [kept[0]]


@pytest.mark.parametrize("attempt", range(3))
def test_of_the_last_owners_who_leave_at_once_one_stays(pool: Racers, ann: str, attempt: int) -> None:
    name = f"owned{attempt}"
    assert pool.ask(racing.send, ann, *build_wheel(name, "1.0"))[0] == 200
    pool.ask(racing.add_owner, name, "ben")
    answers = pool.run(racing.leave, [(name, ("ann", "ben")[n % 2]) for n in range(_COUNT)])
    assert answers.count(True) == 1, answers
    assert len(pool.ask(racing.state, name)["owners"]) == 1
