# SPDX-License-Identifier: Apache-2.0
"""What is found and in which order, when an OpenSearch server finds it: the very tests of the databases' engines."""

import pytest

from cheeseshop.discovery.engines import _ENGINES, Found, Question, open_search
from tests.discovery import test_searching as ours
from tests.discovery.open_searching import empty, fill, server

__all__ = ["empty", "server"]
globals().update({name: each for name, each in vars(ours).items() if name.startswith("test_")})
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_the_server(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each question, the server is sent everything; the database's engine may not answer."""
    real = open_search.OpenSearch.find

    def find(self: open_search.OpenSearch, question: Question, limit: int) -> list[Found]:
        fill()
        return real(self, question, limit)

    def refuse(*_: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(open_search.OpenSearch, "find", find)
    for each in _ENGINES.values():
        monkeypatch.setattr(each, "find", refuse)
