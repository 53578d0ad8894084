# SPDX-License-Identifier: Apache-2.0
"""Typing slips away from well-known names: the five tests, what they find, and what they leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name, is_normalized_name

from cheeseshop.distributions.typos import Corpus
from cheeseshop.distributions.well_known import WELL_KNOWN

CORPUS = Corpus.of(WELL_KNOWN)
FOUND = [
    ("requestss", "requests", "repeated character"),
    ("nummpy", "numpy", "repeated character"),
    ("reqests", "requests", "character left out"),
    ("panda", "pandas", "character left out"),
    ("pythondateutil", "python-dateutil", "character left out"),
    ("reuqests", "requests", "swapped characters"),
    ("djagno", "django", "swapped characters"),
    ("dateutil-python", "python-dateutil", "words in another order"),
    ("storage-google-cloud", "google-cloud-storage", "words in another order"),
    ("requesrs", "requests", "substituted character"),  # beside it on the keyboard
    ("num9y", "numpy", ""),  # 9 touches o and i, not p
    ("p4ndas", "pandas", "substituted character"),  # looks like it
    ("nurnpy", "numpy", "substituted character"),  # two that look like one
    ("vvheel", "wheel", "substituted character"),
    ("pdyantic", "pydantic", "swapped characters"),
]


@pytest.mark.parametrize(("name", "near", "test"), FOUND)
def test_the_five_tests(name: str, near: str, test: str) -> None:
    found = CORPUS.nearest(name)
    assert found == ((near, test) if test else None)


@pytest.mark.parametrize("name", ["requests", "my-own-thing", "requests-for-cheese", "flask-cheese", "xyz", "a" * 200])
def test_what_is_left_alone(name: str) -> None:
    assert CORPUS.nearest(name) is None


def test_the_shipped_list() -> None:
    assert 200 <= len(WELL_KNOWN) <= 400
    assert all(is_normalized_name(name) for name in WELL_KNOWN)


NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True).map(canonicalize_name)


@given(st.sets(NAMES, max_size=5), NAMES)
def test_it_names_one_of_the_corpus_and_never_the_name_itself(names: set[str], name: str) -> None:
    found = Corpus.of(names).nearest(name)
    assert found is None or (found.name in names and found.name != name)


@given(NAMES, st.data())
def test_each_slip_is_found(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    slip = data.draw(st.sampled_from(["repeat", "drop", "swap"]))
    wrong = {
        "repeat": name[:at] + name[at] + name[at:],
        "drop": name[:at] + name[at + 1 :],
        "swap": name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
    }[slip]
    if wrong != name and (slip != "drop" or len(wrong) >= 4):
        found = Corpus.of({name}).nearest(wrong)
        assert found is not None
        assert found.name == name
