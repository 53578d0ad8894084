# SPDX-License-Identifier: Apache-2.0
"""An index with a few projects."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.support.places import shop

__all__ = ["shop"]


@pytest.fixture(autouse=True)
def no_limits(settings: object) -> Iterator[None]:
    """Limits of the test before are forgotten."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}  # type: ignore[attr-defined]
    cache.clear()
    yield
    cache.clear()
