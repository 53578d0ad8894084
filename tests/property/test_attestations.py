# SPDX-License-Identifier: Apache-2.0
"""Whatever the field of an upload holds, it is verified or refused with a reason: 10,000 cases, and never a failure."""

import base64
import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cheeseshop.attestations.errors import InvalidAttestations
from cheeseshop.attestations.examination import Attested, Subject, examine
from cheeseshop.attestations.showing import panels
from cheeseshop.core import current
from tests.support.notary import SLSA, Notary, github
from tests.support.trusted import github_publisher

NOTARY = Notary()
FILE = Subject("demo-1.0-py3-none-any.whl", "ab" * 32)
VALID = [NOTARY.attest(FILE.filename, FILE.sha256, github(), kind) for kind in ("x", SLSA)]
VALID[0] = NOTARY.attest(FILE.filename, FILE.sha256, github())
PUBLISHER = github_publisher()
many = settings(max_examples=2500, deadline=None, suppress_health_check=list(HealthCheck), database=None)

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("A" * 4000)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module", autouse=True)
def trusted(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("root") / "trusted_root.json"
    path.write_bytes(NOTARY.trusted_root())
    changed = replace(current.settings(), trust_root=str(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(current, "settings", lambda: changed)
        yield


def answered(text: str) -> None:
    """It is refused with a line that can be printed, or it holds, and can be shown and read again."""
    try:
        found = examine([text], PUBLISHER, FILE)
    except InvalidAttestations as refused:
        said = refused
    else:
        said = None
    if said is not None:
        assert said.status == 400
        assert said.message.isprintable()
        assert len(said.message) < 500
        return
    if text:
        assert isinstance(found, Attested)
        json.loads(found.provenance)
        assert "\\u0000" not in json.dumps([each.to_json() for each in found.statements])  # PostgreSQL takes none
        panels(found.signer, [each.to_json() for each in found.statements])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, key))
    return found


PLACES = places(VALID)


def put(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = change(inner[path[-1]])
    return changed


def test_the_unchanged_holds() -> None:
    assert isinstance(examine([json.dumps(VALID)], PUBLISHER, FILE), Attested)


@many
@given(st.text() | values.map(json.dumps) | st.lists(values, max_size=3).map(json.dumps))
def test_any_text(text: str) -> None:
    answered(text)


@many
@given(st.sampled_from(PLACES), values)
def test_any_value_at_any_place(path: tuple[Any, ...], value: Any) -> None:
    answered(json.dumps(put(VALID, path, lambda _: value)))


@many
@given(st.sampled_from([path for path in PLACES if path[-1] != "version"]), st.data())
def test_any_byte_of_any_text(path: tuple[Any, ...], data: st.DataObject) -> None:
    def change(value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return data.draw(values)
        try:
            raw = bytearray(base64.b64decode(value, validate=True))
        except ValueError:
            raw = bytearray(value.encode())
            encode = bytes.decode
        else:
            encode = lambda changed: base64.b64encode(changed).decode()  # noqa: E731
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, max(0, len(raw) - 1)))
            raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        return encode(bytes(raw)) if encode is not bytes.decode else bytes(raw).decode("utf-8", "replace")

    answered(json.dumps(put(VALID, path, change)))


STATEMENT = json.loads(base64.b64decode(VALID[1]["envelope"]["statement"]))
INNER = places(STATEMENT)


def restated(path: tuple[Any, ...], value: Any) -> bytes:
    return json.dumps(put(STATEMENT, path, lambda _: value)).encode()


@many
@given(st.binary(max_size=60) | st.builds(restated, st.sampled_from(INNER), values))
def test_any_statement_that_is_truly_signed(statement: bytes) -> None:
    answered(json.dumps([NOTARY.attest_bytes(statement, github())]))
