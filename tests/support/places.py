# SPDX-License-Identifier: Apache-2.0
"""Fixtures of an index in a folder of its own. A ``conftest`` imports those that its tests ask for."""

from dataclasses import replace
from pathlib import Path

import pytest

from cheeseshop.core import current
from cheeseshop.storage import Store, open_store
from tests.support.factories import SITE


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store that uploads, flows and pages share."""
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    return open_store()
