# SPDX-License-Identifier: Apache-2.0
"""A server that did not answer is left alone, and then tried by one."""

import time

import pytest

from cheeseshop.core.circuit import Circuit


def test_a_server_that_failed_rests_and_is_tried_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    at = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    circuit = Circuit(30)
    assert circuit.may_ask()
    assert circuit.may_ask()
    circuit.failed()
    at[0] = 129.9
    assert not circuit.may_ask()
    at[0] = 130.0
    assert [circuit.may_ask() for _ in range(3)] == [True, False, False]
    at[0] = 160.0  # nothing was heard of the one that tried
    assert circuit.may_ask()
    circuit.answered()
    assert [circuit.may_ask() for _ in range(3)] == [True, True, True]
