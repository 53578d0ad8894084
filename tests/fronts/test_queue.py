# SPDX-License-Identifier: Apache-2.0
"""What is said to fronts of each kind; the queue is written with what it follows, and kept until it is taken."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F

from cheeseshop.catalog.flows import remove
from cheeseshop.catalog.flows.quarantine import Held
from cheeseshop.catalog.models import File, Project
from cheeseshop.core.settings import SettingsError, load_settings
from cheeseshop.fronts import addresses, purging, queue
from cheeseshop.fronts.addresses import Front, calls
from cheeseshop.fronts.calling import Caller
from cheeseshop.fronts.loop import Purger
from cheeseshop.fronts.models import Purge
from cheeseshop.journal.models import DirtyMark, FileMark
from cheeseshop.moderation.models import Case
from cheeseshop.pages.loop import Publisher
from cheeseshop.publishing import managing, quarantining
from cheeseshop.publishing.quarantining import Order
from cheeseshop.storage import Store
from tests.fronts.conftest import Heard
from tests.support.archives import build_wheel
from tests.support.factories import SITE, make_token, make_user, upload

pytestmark = pytest.mark.django_db
KEY = "ab/cd/" + "e" * 60 + "/demo-1.0-py3-none-any.whl"


def publish(shop: Store, name: str = "demo") -> str:
    """Publish a file, and return its key."""
    user = make_user(f"owner-of-{name}")
    assert upload(shop, make_token(user), build_wheel(name, "1.0")).status == 200
    return File.objects.get(release__project__normalized_name=name).blob_key


def step(shop: Store) -> None:
    Publisher(shop, SITE).step(at_once=True)


def waiting() -> dict[str, int]:
    return dict(Purge.objects.values_list("what", "again_after"))


def make_due() -> None:
    Purge.objects.update(due_at=F("due_at") - timedelta(hours=1))


def test_addresses_are_purged_in_each_form(fronted: Callable[..., None], front: Heard) -> None:
    fronted(front.url, "X-Secret: 7")
    outcome = Caller(Front(front.url)).purge([addresses.project("demo"), addresses.file(KEY), "all-projects"])
    assert (outcome.left, outcome.is_away) == (set(), False)
    assert [(method, path) for method, path, _, _ in front.calls] == [
        *[("PURGE", "/simple/demo/")] * 3, ("PURGE", "/pypi/demo/json"), ("PURGE", f"/packages/{KEY}"),
        ("PURGE", f"/packages/{KEY}.metadata"), *[("PURGE", "/simple/")] * 3,
    ]  # fmt: skip
    assert [form for _, path, form, _ in front.calls if path == "/simple/"] == ["text/html", "v1+html", "v1+json"]
    assert {(told["X-Secret"], told["Host"]) for told in front.headers} == {("7", SITE.partition("//")[2])}


def test_keys_are_posted_together_and_never_too_many(fronted: Callable[..., None], front: Heard) -> None:
    named = f"keys+{front.url}/purge"
    fronted(named)
    whats = [addresses.project("demo"), addresses.file(KEY), *(addresses.project(f"p{n}") for n in range(600))]
    assert not Caller(Front(named)).purge(whats).left
    assert {(method, path) for method, path, _, _ in front.calls} == {("POST", "/purge")}
    posted = [keys.split(" ") for _, _, _, keys in front.calls]
    assert max(map(len, posted)) <= 250
    assert posted[0][:2] == ["project/demo", "file/abcd" + "e" * 60]
    assert sum(map(len, posted)) == 602
    assert [name for call in calls(Front(named), whats) for name in call.about] == whats


def test_what_the_index_refuses_was_fetched_anew_and_what_a_front_refuses_was_not(
    fronted: Callable[..., None], front: Heard
) -> None:
    for named, status, taken in (
        (f"refresh+{front.url}", 404, True), (f"refresh+{front.url}", 502, False),
        (front.url, 404, True), (front.url, 403, False), (f"keys+{front.url}", 401, False),
    ):  # fmt: skip
        fronted(named)
        front.status = status
        outcome = Caller(Front(named)).purge([addresses.project("demo")])
        assert (outcome.left == set()) is taken, (named, status)
        assert not outcome.is_away


def test_a_change_is_purged_at_once_and_queued_where_its_marks_go(
    shop: Store, fronted: Callable[..., None], front: Heard
) -> None:
    fronted(front.url)
    key = publish(shop)
    assert not Purge.objects.exists()
    step(shop)
    assert waiting() == {"project/demo": 0, "all-projects": 10}
    front.calls.clear()
    quarantining.hold(Order(Held(Project.objects.get().pk), "It reads keys.", "mod"))
    assert f"/packages/{key}.metadata" in {path for _, path, _, _ in front.calls}
    assert list(FileMark.objects.values_list("key", flat=True)) == [key]
    step(shop)
    assert waiting()[f"packages/{key}"] == 600
    assert not FileMark.objects.exists()
    assert not DirtyMark.objects.exists()


def test_files_that_are_removed_or_restored_are_queued_too(
    shop: Store, fronted: Callable[..., None], front: Heard
) -> None:
    fronted(front.url)
    key = publish(shop)
    quarantining.hold(Order(Held(Project.objects.get().pk), "It reads keys.", "mod"))
    step(shop)
    Purge.objects.all().delete()
    quarantining.clear(Case.objects.get().pk, "", "mod")
    step(shop)
    assert f"packages/{key}" in waiting()
    Purge.objects.all().delete()
    managing.follow(remove.remove_project(Project.objects.get().pk, "mod"), shop)
    step(shop)
    assert f"packages/{key}" in waiting()


def test_nothing_is_forgotten_until_the_front_takes_it(shop: Store, fronted: Callable[..., None], front: Heard) -> None:
    fronted(front.url)
    key = publish(shop)
    quarantining.hold(Order(Held(Project.objects.get().pk), "It reads keys.", "mod"))
    step(shop)
    purger = Purger(Front(front.url))
    make_due()
    front.status = 500
    assert purger.step()
    assert len(waiting()) == 3
    assert not purger.step()  # it waits now
    front.status = 200
    make_due()
    assert purger.step()
    assert waiting() == {f"packages/{key}": 0, "all-projects": 0}  # once more, for what was under way meanwhile
    make_due()
    assert purger.step()
    assert waiting() == {}


def test_a_front_that_is_away_holds_nobody_up_and_keeps_its_queue(shop: Store, fronted: Callable[..., None]) -> None:
    gone = "http://127.0.0.1:9"
    fronted(gone)
    publish(shop)
    quarantining.hold(Order(Held(Project.objects.get().pk), "It reads keys.", "mod"))
    step(shop)
    make_due()
    assert not Purger(Front(gone)).step()
    assert len(waiting()) == 3
    fronted("")
    queue.tidy_up()  # a front that is named no more is owed nothing
    assert waiting() == {}


def test_two_workers_share_the_queue(shop: Store, fronted: Callable[..., None], front: Heard) -> None:
    fronted(front.url)
    publish(shop)
    step(shop)
    make_due()
    assert len(queue._claim(Front(front.url))) == 2
    assert queue.send_due(Front(front.url), Caller(Front(front.url))) is None


def test_without_fronts_nothing_is_written(shop: Store) -> None:
    publish(shop)
    quarantining.hold(Order(Held(Project.objects.get().pk), "It reads keys.", "mod"))
    step(shop)
    assert not FileMark.objects.exists()
    assert not Purge.objects.exists()
    purging.purge(["demo"], wait=60)  # returns at once


@pytest.mark.parametrize("word", ["10.0.0.2", "ftp://10.0.0.2", "keys+10.0.0.2", "http://", "other+http://10.0.0.2"])
def test_words_that_are_no_front_are_refused(word: str) -> None:
    with pytest.raises(SettingsError, match="CHEESESHOP_PURGE"):
        load_settings({"CHEESESHOP_PURGE": f"http://10.0.0.1 {word}"})


@pytest.mark.parametrize("header", ["Fastly-Key", "a b: c", "X: 1\r\nY: 2", "X:1"])
def test_a_header_is_one_header(header: str) -> None:
    with pytest.raises(SettingsError, match="CHEESESHOP_PURGE_HEADER"):
        load_settings({"CHEESESHOP_PURGE_HEADER": header})
