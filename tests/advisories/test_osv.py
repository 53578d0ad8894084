# SPDX-License-Identifier: Apache-2.0
"""Records in the OSV format: which versions they speak of, and what is none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from cheeseshop.advisories.osv import AdvisoryError, Affected, Range, affects, parse
from tests.advisories.conftest import record


def ranges(*events: dict[str, str]) -> Affected:
    affected = [
        {"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}
    ]
    return parse(record(affected=affected)).affected[0]


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([{"introduced": "0"}], ["0", "1.0", "99"], []),
        ([{"introduced": "0"}, {"fixed": "2.0"}], ["0.1", "1.9", "2.0rc1"], ["2.0", "2.0.0", "3"]),
        ([{"introduced": "1.0"}, {"last_affected": "2.0"}], ["1.0", "1.5", "2.0.0"], ["0.9", "2.0.1"]),
        (
            [{"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"fixed": "2.3"}],
            ["1.0", "1.1", "2.0", "2.2"],
            ["0.9", "1.2", "1.9", "2.3"],
        ),
        (
            [{"fixed": "2.3"}, {"introduced": "2.0"}, {"fixed": "1.2"}, {"introduced": "0"}],
            ["0.1", "1.1", "2.0"],
            ["1.2", "1.9", "2.3"],
        ),
        ([{"introduced": "1!1.0"}], ["1!1.0", "1!2"], ["99"]),
        ([{"introduced": "not a version"}, {"fixed": "2.0"}], [], ["1.0", "2.0"]),
    ],
)
def test_ranges_hold_the_versions_between_their_events(
    events: list[dict[str, str]], inside: list[str], outside: list[str]
) -> None:
    found = ranges(*events)
    assert [each for each in inside if not affects(found, Version(each))] == []
    assert [each for each in outside if affects(found, Version(each))] == []


def test_versions_may_be_named_in_any_spelling() -> None:
    found = Affected("a", versions=("1.0", "2.0.post1"))
    assert affects(found, Version("1.0.0"))
    assert affects(found, Version("2.0-1"))
    assert not affects(found, Version("1.1"))


def test_other_ecosystems_and_kinds_of_ranges_are_passed_over() -> None:
    affected = [
        {"package": {"ecosystem": "npm", "name": "demo"}, "versions": ["1.0"]},
        {"package": {"ecosystem": "PyPI", "name": "D_e.mo"},
         "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}], "versions": ["3.0", "no version"]},
        {"package": {"ecosystem": "PyPI", "name": "d-e-mo"}, "versions": ["4.0"]},
    ]  # fmt: skip
    assert parse(record(affected=affected)).affected == (Affected("d-e-mo", (), ("3.0", "4.0"), ()),)


def test_a_record_tells_its_link_and_its_moments() -> None:
    found = parse(record(withdrawn="2026-02-01T01:02:03+01:00"))
    assert found.link == "https://advisories.example/1"
    assert found.withdrawn is not None
    assert found.withdrawn.isoformat() == "2026-02-01T00:02:03+00:00"
    assert found.affected[0] == Affected("demo", (Range(None, "2.0"),), ("1.0", "1.5"), ("2.0",))
    assert parse(record(references=[{"type": "WEB", "url": "javascript:1"}])).link.startswith("https://osv.dev/")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "JSON object"),
        ({}, "an id"),
        (record(id="../../etc"), "an id"),
        (record(id="a" * 101), "an id"),
        (record(modified="yesterday"), "modified"),
        (record(affected=[{"package": {"ecosystem": "PyPI", "name": "no name!"}}]), "name of a project"),
    ],
)
def test_what_is_no_record_says_why(raw: object, said: str) -> None:
    with pytest.raises(AdvisoryError, match=said):
        parse(raw)


_KEYS = ["id", "modified", "affected", "package", "ecosystem", "name", "ranges", "events", "introduced", "fixed",
         "last_affected", "versions", "type", "references", "url", "aliases", "summary", "withdrawn"]  # fmt: skip
_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["PyPI", "ECOSYSTEM", "0", "1.0", "demo", "2026-01-01"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@given(_VALUES)
def test_any_json_is_a_record_or_refused(value: Any) -> None:
    for each in (value, record(affected=value), record(affected=[value]), record(references=value, aliases=value)):
        try:
            found = parse(each)
        except AdvisoryError:
            continue
        for affected in found.affected:
            affects(affected, Version("1.0"))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=6), st.integers(0, 9))
def test_events_mean_the_same_in_any_order(told: list[tuple[bool, int]], asked: int) -> None:
    events = [{"introduced" if begin else "fixed": str(n)} for begin, n in told]
    assert affects(ranges(*events), Version(str(asked))) == affects(ranges(*reversed(events)), Version(str(asked)))
