# SPDX-License-Identifier: Apache-2.0
"""The suite's ground: settings of their own for each worker, and a clean store for each test that asks."""

import os
import tempfile
from pathlib import Path

import pytest

_DATA = tempfile.mkdtemp(prefix="cheeseshop-tests-")
os.environ["CHEESESHOP_DATA"] = _DATA
os.environ.setdefault("CHEESESHOP_DEBUG", "yes")
os.environ.setdefault("CHEESESHOP_BREACHED_PASSWORDS_URL", "off")  # tests ask a list of their own
os.environ["DJANGO_SETTINGS_MODULE"] = "cheeseshop.config.settings"


@pytest.fixture
def store(tmp_path: Path) -> object:
    """A store of its own, empty."""
    from cheeseshop.storage import Store

    made = Store(tmp_path / "data")
    made.prepare()
    return made
