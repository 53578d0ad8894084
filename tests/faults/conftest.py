# SPDX-License-Identifier: Apache-2.0
"""Indexes that faults are done to, one for each file of tests."""

from collections.abc import Iterator

import pytest

from tests.support.index import Index, live_index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with live_index(
        tmp_path_factory.mktemp("index"), CHEESESHOP_ACCESS_LOG="off", CHEESESHOP_UPLOAD_DEADLINE="20"
    ) as running:
        yield running
