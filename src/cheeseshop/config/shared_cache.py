# SPDX-License-Identifier: Apache-2.0
"""The cache that several hosts share. While it is away, limits hold by the database's cache behind it."""

import logging
import time
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

BEHIND = "database"
_PAUSE = 5.0
"""Seconds for which a cache that failed is not asked again."""


class SharedCache(RedisCache):
    """Redis or Valkey. What it can't answer, the database's cache does."""

    _failed_at = -_PAUSE

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the method takes and gives
        if time.monotonic() - SharedCache._failed_at >= _PAUSE:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except RedisError as error:
                SharedCache._failed_at = time.monotonic()
                log.warning("the shared cache does not answer; the database's is used: %s", error)
        return getattr(caches[BEHIND], name)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - as Django's
        """Set a value unless there is one."""
        return bool(self._ask("add", *args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Django's
        """Return a value."""
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django's
        """Set a value."""
        self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - as Django's
        """Let a value live on."""
        return bool(self._ask("touch", *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - as Django's
        """Forget a value."""
        return bool(self._ask("delete", *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Django's
        """Return values."""
        return self._ask("get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as Django's
        """Set values."""
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django's
        """Forget values."""
        self._ask("delete_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - as Django's
        """Tell whether there is a value."""
        return bool(self._ask("has_key", *args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as Django's
        """Raise a number, in one step."""
        return int(self._ask("incr", *args, **kwargs))

    def clear(self) -> None:
        """Forget everything."""
        self._ask("clear")
