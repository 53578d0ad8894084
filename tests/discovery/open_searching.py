# SPDX-License-Identifier: Apache-2.0
"""Fixtures of an index whose words an OpenSearch server finds."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from cheeseshop.core import current
from cheeseshop.discovery import sending
from cheeseshop.discovery.engines import open_search as engine
from cheeseshop.discovery.engines.open_search_server import server_at
from cheeseshop.discovery.indexing import names_to_index
from tests.support.open_search import open_search


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with open_search() as address:
        yield address


@pytest.fixture
def empty(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a server without an index, which this instance is set to."""
    httpx.delete(f"{server}-1", trust_env=False)
    use(monkeypatch, server)
    return server


def use(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    conf = replace(current.settings(), opensearch=address)
    monkeypatch.setattr(current, "settings", lambda: conf)
    engine.circuit.answered()
    engine.filled_anew()


def fill() -> None:
    """Send everything, and wait until it can be found."""
    for _ in sending.send_everything(names_to_index()):
        pass
    refresh()


def refresh() -> None:
    server_at(current.settings().opensearch)._send("POST", "/_refresh", None, 10)
