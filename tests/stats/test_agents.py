# SPDX-License-Identifier: Apache-2.0
"""User agents: what clients say is read, and whatever else somebody sends is harmless."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cheeseshop.stats.agents import OTHER, UNKNOWN, Client, client_of
from tests.support.downloads import PIP, UV

_INSIDE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["name", "version"]), inner),
    max_leaves=8,
)
_TOLD = st.dictionaries(
    st.sampled_from(["installer", "python", "implementation", "system", "distro", "cpu", "ci", "libc"]), _INSIDE
)


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (PIP, ("pip", "3.12", "Linux")),
        (UV, ("uv", "3.13", "macOS")),
        ("pip/1.5.6 CPython/2.7.9 Linux/3.16", ("pip", "2.7", "Linux")),
        ("poetry/1.8.2 CPython/3.11.8 Windows/10", ("poetry", UNKNOWN, "Windows")),
        ("pdm/2.12 CPython/3.11", ("pdm", UNKNOWN, UNKNOWN)),
        ("bandersnatch/6.5.0 (CPython 3.11.7, Linux 6.1)", ("bandersnatch", UNKNOWN, UNKNOWN)),
        ("Mozilla/5.0 (X11; Linux x86_64)", ("Browser", UNKNOWN, UNKNOWN)),
        ("python-requests/2.32.3", ("requests", UNKNOWN, UNKNOWN)),
        ('pip/25.3 {"installer":{"name":"my pip","version":"1"},"python":"9.99","system":{"name":"TempleOS"}}',
         (OTHER, UNKNOWN, OTHER)),
        ("", (UNKNOWN, UNKNOWN, UNKNOWN)),
        ("pip/25 " + "[" * 2000, (UNKNOWN, UNKNOWN, UNKNOWN)),
        ('pip/25.3 {"python": {"a": [1]}, "installer": "x"}', (UNKNOWN, UNKNOWN, UNKNOWN)),
    ],
)  # fmt: skip
def test_what_pages_show(agent: str, expected: tuple[str, str, str]) -> None:
    found = client_of(agent)
    assert (found.installer_name, found.python_minor, found.system_name) == expected


@given(st.text() | st.builds(lambda told: f"pip/25.3 {json.dumps(told)}", _TOLD)
       | st.builds(lambda told: f"uv/0.9.5 {json.dumps(told)}", _TOLD)
       | st.from_regex(r"(pip|uv|poetry|conda|pex|Bazel)/\S* ?.{0,40}"))  # fmt: skip
def test_no_header_is_an_error_and_every_field_is_bounded(agent: str) -> None:
    found = client_of(agent)
    assert isinstance(found, Client)
    for name in ("installer", "installer_version", "python", "implementation", "system", "distro", "cpu"):
        value = getattr(found, name)
        assert isinstance(value, str)
        assert len(value) <= 40
        assert value.isprintable()
    assert found.ci in {None, True, False}
    assert len(found.python_minor) <= 7
