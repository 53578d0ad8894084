# SPDX-License-Identifier: Apache-2.0
"""The bytes that stand for a version in the database sort as PEP 440 says."""

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from cheeseshop.catalog.versions import sort_key

numbers = st.one_of(st.integers(0, 3), st.integers(0, 70000))


@st.composite
def versions(draw: st.DrawFn) -> Version:
    text = ".".join(str(n) for n in draw(st.lists(numbers, min_size=1, max_size=4)))
    if draw(st.booleans()):
        text = f"{draw(numbers)}!{text}"
    if draw(st.booleans()):
        text += draw(st.sampled_from(["a", "b", "rc"])) + str(draw(numbers))
    if draw(st.booleans()):
        text += f".post{draw(numbers)}"
    if draw(st.booleans()):
        text += f".dev{draw(numbers)}"
    if draw(st.booleans()):
        text += "+" + ".".join(draw(st.lists(st.from_regex(r"\A[a-z0-9]{1,3}\Z"), min_size=1, max_size=3)))
    return Version(text)


@given(versions(), versions())
def test_keys_compare_as_versions_do(one: Version, other: Version) -> None:
    assert (sort_key(one) < sort_key(other)) == (one < other)
    assert (sort_key(one) == sort_key(other)) == (one == other)
