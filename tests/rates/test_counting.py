# SPDX-License-Identifier: Apache-2.0
"""Counting in the database and in the shared cache: every try counts, and a new hour begins anew."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.db import connection

from cheeseshop.config.shared_cache import SharedCache
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal
from cheeseshop.core.settings import SettingsError, load_settings
from cheeseshop.rates.counting import HOUR, Limit, spend, tidy_up
from cheeseshop.rates.models import Count
from tests.rates.conftest import Shared

CACHES = {
    "database": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "behind"},
    "default": {
        "BACKEND": "cheeseshop.config.shared_cache.SharedCache",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
}


@pytest.fixture
def by_cache(shared: Shared, settings: object, monkeypatch: pytest.MonkeyPatch) -> Shared:
    settings.CACHES = {**CACHES, "default": {**CACHES["default"], "LOCATION": shared.url}}  # type: ignore[attr-defined]
    conf = replace(current.settings(), cache_url=shared.url)
    monkeypatch.setattr(current, "settings", lambda: conf)
    monkeypatch.setattr(SharedCache, "_failed_at", -1000.0)
    return shared


def tries(count: int, most: int = 3, key: str = "key") -> list[int]:
    """How each try is answered: 0, or the seconds to wait."""
    answers = []
    for _ in range(count):
        try:
            spend(Limit(key, most, "Too many."))
            answers.append(0)
        except Refusal as refusal:
            right = refusal.status == 429 and refusal.message.startswith("Too many. Try again in ")
            answers.append(refusal.retry_after or -1 if right else -1)
    return answers


def hour_at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Callable[[], None]:
    begin = (time.time() // HOUR) * HOUR
    monkeypatch.setattr("cheeseshop.rates.counting.time.time", lambda: begin + seconds)
    return lambda: None


@pytest.mark.django_db
def test_in_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    hour_at(monkeypatch, 600)
    assert tries(5) == [0, 0, 0, 3001, 3001]
    assert tries(1, key="other") == [0]
    assert tries(5, most=0) == [0] * 5
    hour_at(monkeypatch, HOUR + 5)
    assert tries(4) == [0, 0, 0, HOUR - 4]
    assert Count.objects.count() == 2
    hour_at(monkeypatch, 3 * HOUR)
    tidy_up()
    assert not Count.objects.exists()


def test_in_the_shared_cache(by_cache: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    hour_at(monkeypatch, 600)
    assert tries(5) == [0, 0, 0, 3001, 3001]
    assert tries(1, key="other") == [0]
    assert by_cache.client.dbsize() == 2
    assert 0 < by_cache.client.ttl(by_cache.client.keys()[0]) <= HOUR + 60
    hour_at(monkeypatch, HOUR + 5)
    assert tries(1) == [0]


def test_tries_at_the_same_moment_all_count(by_cache: Shared) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [each for many in pool.map(lambda _: tries(10, most=25), range(8)) for each in many]
    assert answers.count(0) == 25


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_all_count_in_the_database() -> None:
    def several(_: int) -> list[int]:
        try:
            return tries(5, most=7)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = [each for many in pool.map(several, range(4)) for each in many]
    assert answers.count(0) == 7


def test_while_the_cache_is_away_the_databases_holds(by_cache: Shared) -> None:
    cache.set("a", 1)
    assert cache.get("a") == 1
    by_cache.stop()
    assert cache.get("a") is None
    cache.set_many({"b": 2, "c": 3})
    assert cache.get_many(["b", "c"]) == {"b": 2, "c": 3}
    assert cache.add("b", 9) is False
    assert cache.incr("b") == 3
    assert "b" in cache
    assert cache.touch("b")
    assert cache.delete("b")
    cache.delete_many(["c"])
    assert cache.get("c") is None
    assert tries(5)[:3] == [0, 0, 0]
    assert tries(1)[0] > 0


def test_a_cache_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="CACHE_URL"):
        load_settings({"CHEESESHOP_CACHE_URL": "memcached://a"})
