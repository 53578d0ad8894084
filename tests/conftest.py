# SPDX-License-Identifier: Apache-2.0
"""The suite's ground: settings of their own for each worker, and a clean store for each test that asks."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_DATA = tempfile.mkdtemp(prefix="cheeseshop-tests-")
os.environ["CHEESESHOP_DATA"] = _DATA
os.environ.setdefault("CHEESESHOP_DEBUG", "yes")
os.environ["DJANGO_SETTINGS_MODULE"] = "cheeseshop.config.settings"


@pytest.fixture
def store(tmp_path: Path) -> "Iterator[object]":
    """A store of its own, empty."""
    from cheeseshop.storage import Store  # noqa: PLC0415 - settings must be in place first

    made = Store(tmp_path / "data")
    made.prepare()
    yield made
