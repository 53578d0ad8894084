# SPDX-License-Identifier: Apache-2.0
"""Bodies of Upload 2.0 from strangers: read, or refused with a 4xx, and nothing else."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from cheeseshop.core.errors import Refusal
from cheeseshop.distributions.allowances import Allowances
from cheeseshop.staging import requests

_KEYS = ["meta", "api-version", "name", "version", "nonce", "filename", "size", "hashes", "sha256", "mechanism",
         "metadata", "extend-for"]  # fmt: skip
_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2.0", "demo", "1.0", "demo-1.0.tar.gz", "http-post-bytes", "0" * 64]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=15,
)  # fmt: skip


@given(st.binary(max_size=200) | _VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    with suppress(Refusal):  # and nothing but a refusal
        assert isinstance(requests.read_json(body), dict)


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=8))
def test_any_object_is_read_or_refused(told: dict[str, Any]) -> None:
    for read in (
        requests.new_session,
        requests.extension,
        lambda given: requests.declared_file(given, "demo", Version("1.0"), Allowances()),
    ):
        with suppress(Refusal):
            read(told)
