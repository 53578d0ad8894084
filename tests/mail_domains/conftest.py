# SPDX-License-Identifier: Apache-2.0
"""Fast password hashes, and a name server."""

from collections.abc import Iterator

import pytest

from tests.support.name_server import NameServer, name_server
from tests.support.quick_accounts import no_limits, quick

__all__ = ["no_limits", "quick"]


@pytest.fixture
def names() -> Iterator[NameServer]:
    with name_server() as running:
        yield running
