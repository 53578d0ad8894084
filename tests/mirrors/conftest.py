# SPDX-License-Identifier: Apache-2.0
"""An index with a few projects."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.cache import cache

from cheeseshop.core import current
from cheeseshop.storage import Store, open_store
from tests.support.factories import SITE


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    conf = replace(current.settings(), data=tmp_path / "var", url=SITE)
    monkeypatch.setattr(current, "settings", lambda: conf)
    return open_store()


@pytest.fixture(autouse=True)
def no_limits(settings: object) -> Iterator[None]:
    """Limits of the test before are forgotten."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}  # type: ignore[attr-defined]
    cache.clear()
    yield
    cache.clear()
