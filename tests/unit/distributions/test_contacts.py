# SPDX-License-Identifier: Apache-2.0
"""The people whom metadata names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.distributions.contacts import Contact, contacts_in


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"author": "Ann"}, [("Author", "Ann", "")]),
        ({"author_email": "ann@example.org"}, [("Author", "", "ann@example.org")]),
        ({"author": "Ann", "author_email": "Ann@Example.org"}, [("Author", "Ann", "ann@example.org")]),
        (
            {"author_email": "Ann <ann@example.org>, Ben <ben@example.org>"},
            [("Author", "Ann", "ann@example.org"), ("Author", "Ben", "ben@example.org")],
        ),
        (
            {"author": "The team", "author_email": "Ann <ann@example.org>"},
            [("Author", "The team", ""), ("Author", "Ann", "ann@example.org")],
        ),
        ({"maintainer": "Cid", "maintainer_email": "nonsense"}, [("Maintainer", "Cid", "")]),
        ({"author_email": "a\u212an@example.org"}, []),  # a Kelvin sign, which lower() makes a k
        ({"author_email": '"x@y"@example.org'}, []),
        ({"author_email": "ann@example.org?bcc=x@evil.example"}, []),
    ],
)
def test_who_is_named(facts: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    assert contacts_in(facts) == [Contact(*each) for each in expected]


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_it(name: str, mail: str) -> None:
    for each in contacts_in({"author": name, "author_email": mail}):
        assert each.address.isascii()
        assert not set(each.address) & set(' <>",;:\r\n')
