# SPDX-License-Identifier: Apache-2.0
"""The suite's ground: settings of their own for each worker, and a clean store for each test that asks."""

import os
import tempfile
from pathlib import Path

import django
import pytest

_DATA = tempfile.mkdtemp(prefix="cheeseshop-tests-")
os.environ["CHEESESHOP_DATA"] = _DATA
os.environ.setdefault("CHEESESHOP_DEBUG", "yes")
os.environ.setdefault("CHEESESHOP_BREACHED_PASSWORDS_URL", "off")  # tests ask a list of their own

# Here and not by pytest's own setting, which would load the settings before this file, in each worker of xdist with
# the data folder of their parent; and the variable is not left behind, because they inherit it.
os.environ["DJANGO_SETTINGS_MODULE"] = "cheeseshop.config.settings"
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture
def store(tmp_path: Path) -> object:
    """A store of its own, empty."""
    from cheeseshop.storage import Store

    made = Store(tmp_path / "data")
    made.prepare()
    return made


@pytest.fixture(autouse=True)
def no_flags_left() -> None:
    """What a test switched is rolled back with its rows; what the process remembers of it goes too."""
    from cheeseshop.flags import state as flags
    from cheeseshop.notices import state as texts

    flags.forget()
    texts.forget()
