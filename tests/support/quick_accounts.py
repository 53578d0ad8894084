# SPDX-License-Identifier: Apache-2.0
"""Fast password hashes, and no limits left over from the test before."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def quick(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def no_limits(quick: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
