# SPDX-License-Identifier: Apache-2.0
"""From segments to Parquet and roll-ups: each download once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cheeseshop.accounts.models import User
from cheeseshop.catalog.models import File, Project, Release
from cheeseshop.core.clock import now
from cheeseshop.edge_contract.downloads import Places
from cheeseshop.stats.models import Batch, FileDay, ProjectDay, Share
from cheeseshop.stats.queries import downloads_by_day, downloads_of, downloads_of_files, most_downloaded
from cheeseshop.stats.raw.parquet import ParquetStore
from cheeseshop.storage import Store
from tests.support.downloads import PIP, UV, count, key_of, write_lines, write_segment

pytestmark = pytest.mark.django_db
WHEEL, SDIST, LATER, OTHER = (
    "demo-1.0-py3-none-any.whl",
    "demo-1.0.tar.gz",
    "demo-2.0-py3-none-any.whl",
    "other-1.0-py3-none-any.whl",
)


def ask(store: Store, statement: str) -> list[list[Any]]:
    return ParquetStore(Places(store.stats)).query(statement, 1000).rows


def raw_total(store: Store) -> int:
    return int(ask(store, "SELECT coalesce(sum(downloads), 0) FROM downloads")[0][0])


def test_downloads_are_counted_by_file_release_and_project(shop: Store, alice: User) -> None:
    write_segment(shop, {(WHEEL, PIP): 3, (SDIST, UV): 2, (LATER, PIP): 1, (OTHER, PIP): 9})
    assert count(shop).downloads == 15
    demo = Project.objects.get(normalized_name="demo")
    assert downloads_of(demo) == 6
    assert downloads_of(Release.objects.get(project=demo, version="1.0")) == 5
    assert downloads_of(Release.objects.get(project=demo, version="2.0")) == 1
    wheel = File.objects.get(filename=WHEEL)
    assert downloads_of(wheel) == 3
    assert downloads_of_files([wheel.pk]) == {wheel.pk: 3}
    assert most_downloaded(5) == [("other", 9), ("demo", 6)]
    assert downloads_by_day(None, 2)[-1] == (now().date(), 15)
    assert raw_total(shop) == 15


def test_clients_are_told_apart(shop: Store, alice: User) -> None:
    write_segment(shop, {(WHEEL, PIP): 3, (WHEEL, UV): 2, (WHEEL, "curl/8.5"): 1, (WHEEL, "nonsense"): 1})
    count(shop)
    demo = Project.objects.get(normalized_name="demo")
    found = {(s.kind, s.value): s.downloads for s in Share.objects.filter(project=demo.pk)}
    assert found == {
        ("version", "1.0"): 7,
        ("python", "3.12"): 3,
        ("python", "3.13"): 2,
        ("python", "unknown"): 2,
        ("system", "Linux"): 3,
        ("system", "macOS"): 2,
        ("system", "unknown"): 2,
        ("installer", "pip"): 3,
        ("installer", "uv"): 2,
        ("installer", "Browser"): 1,
        ("installer", "unknown"): 1,
    }
    rows = ask(shop, "SELECT installer, installer_version, python, cpu, ci, downloads FROM downloads ORDER BY ALL")
    assert ["pip", "25.3", "3.12.1", "x86_64", None, 3] in rows
    assert ["uv", "0.9.5", "3.13.0", "arm64", True, 2] in rows


def test_days_beyond_the_window_are_not_of_the_last_thirty(shop: Store, alice: User) -> None:
    today = now().date()
    for ago in (0, 29, 30, 60):
        write_segment(shop, {(WHEEL, PIP): 1}, today - timedelta(days=ago))
    count(shop)
    demo = Project.objects.get(normalized_name="demo")
    assert [downloads_of(demo, days) for days in (1, 30, 31, 90)] == [1, 2, 3, 4]
    assert most_downloaded(1) == [("demo", 2)]


def test_counts_of_several_batches_add_up(shop: Store, alice: User) -> None:
    for _ in range(3):
        write_segment(shop, {(WHEEL, PIP): 2})
        count(shop)
    assert downloads_of(File.objects.get(filename=WHEEL)) == 6
    assert raw_total(shop) == 6
    assert len({b.id for b in Batch.objects.all()}) == 3


class Died(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("step", ["claimed", "read", "stored", "recorded", "removed", "compacted"])
def test_a_counting_that_ends_early_is_done_again_once(shop: Store, alice: User, step: str) -> None:
    from cheeseshop.stats.flows.count import count_downloads
    from cheeseshop.stats.raw.choice import open_raw

    def dies(name: str) -> None:
        if name == step:
            raise Died

    write_segment(shop, {(WHEEL, PIP): 2, (OTHER, UV): 1})
    write_segment(shop, {(WHEEL, PIP): 3}, now().date() - timedelta(days=1))
    with pytest.raises(Died):
        count_downloads(shop, open_raw(shop), dies)
    write_segment(shop, {(WHEEL, PIP): 10})
    count(shop)
    count(shop)
    assert downloads_of(File.objects.get(filename=WHEEL)) == 15
    assert raw_total(shop) == 16
    assert list(Places(shop.stats).claimed.iterdir()) == []


def test_damaged_lines_are_passed_over_and_told(shop: Store, alice: User) -> None:
    second, key = int(now().timestamp()), key_of(WHEEL).encode()
    whole = b'[%d,"pip",{"%s":2}]\n' % (second, key)
    earlier = b'[%d,4,"%s","pip"]\n' % (second, key)  # as versions before wrote it
    broken = [b"\0\0\0\n", b"[1,2]\n", b'[1,0,"k","a"]\n', b'["x",1,"k","a"]\n', b'[1,"a",{"k":0}]\n',
              b'[1,"a",{"k":"x"}]\n', b'[-1,"a",{"k":1}]\n', b'["x","a",{}]\n',  b"[" * 5000 + b"\n", b"\n",
              b'[99999999999999,1,"a/b/c/d","x"]\n', b'[1,1,"no/file/at/all","x"]\n']  # fmt: skip
    write_lines(shop, [whole, earlier, *broken, whole[:-5]])
    outcome = count(shop)
    assert (outcome.downloads, outcome.damaged) == (6, 13)
    assert raw_total(shop) == 6


def test_what_workers_dropped_is_told(shop: Store, alice: User) -> None:
    write_segment(shop, {(WHEEL, PIP): 1}, dropped=41)
    assert count(shop).dropped == 41
    assert Batch.objects.get().dropped == 41


def test_a_deleted_file_still_counts_for_the_site(shop: Store, alice: User) -> None:
    write_segment(shop, {(WHEEL, PIP): 4})
    File.objects.get(filename=WHEEL).delete()
    count(shop)
    assert raw_total(shop) == 4
    assert downloads_by_day(None, 1) == [(now().date(), 4)]
    assert FileDay.objects.count() == 0
    assert ask(shop, "SELECT project, version FROM downloads") == [["demo", "1.0"]]


def test_days_that_are_over_become_one_file_and_old_ones_go(shop: Store, alice: User) -> None:
    today = now().date()
    for ago in (1, 1, 2, 400, 399):
        write_segment(shop, {(WHEEL, PIP): 1}, today - timedelta(days=ago))
        count(shop)
    raw = Places(shop.stats).raw
    found = {folder.name.removeprefix("day="): len(list(folder.iterdir())) for folder in raw.iterdir()}
    assert found == {str(today - timedelta(days=ago)): 1 for ago in (1, 2, 399)}
    assert raw_total(shop) == 4
    assert min(ProjectDay.objects.values_list("day", flat=True)) == today - timedelta(days=2)


def test_a_compaction_that_ends_early_counts_nothing_twice(shop: Store, alice: User, tmp_path: Path) -> None:
    yesterday = now().date() - timedelta(days=1)
    store = ParquetStore(Places(shop.stats))
    folder = Places(shop.stats).raw / f"day={yesterday}"
    write_segment(shop, {(WHEEL, PIP): 2}, yesterday)
    count(shop)
    first = next(folder.iterdir())
    kept = first.read_bytes()
    write_segment(shop, {(WHEEL, PIP): 3}, yesterday)
    count(shop)  # made one file of both
    first.write_bytes(kept)  # as if it had died before it removed what it replaced
    (folder / "000000000000001.new").write_bytes(b"torn")
    assert raw_total(shop) == 5
    store.tidy_up(0)
    assert len(list(folder.iterdir())) == 1
    write_segment(shop, {(WHEEL, PIP): 7}, yesterday)
    count(shop)
    assert raw_total(shop) == 12
