# SPDX-License-Identifier: Apache-2.0
"""Fetching the published archive of advisories, once a day, where an address of it is set."""

import logging
import tempfile
import time
from pathlib import Path

from django.core.cache import cache

from cheeseshop.advisories.flows import Loaded, load
from cheeseshop.advisories.sources import records_in
from cheeseshop.core import current
from cheeseshop.core.errors import Refusal

log = logging.getLogger(__name__)

_DAY = 24 * 3600
_LARGEST = 2 * 1024**3
_SECONDS = 900


def fetch(url: str) -> Loaded:
    """Fetch an archive of records, and load it.

    Raises:
        Refusal: when it can't be had.
    """
    import httpx  # noqa: PLC0415 - a quarter of a second that only this waits for

    with tempfile.NamedTemporaryFile(suffix=".zip") as kept:
        until = time.monotonic() + _SECONDS
        try:
            with httpx.stream("GET", url, follow_redirects=True, timeout=60) as reply:
                reply.raise_for_status()
                size = 0
                for block in reply.iter_bytes():
                    size += kept.write(block)
                    if size > _LARGEST or time.monotonic() > until:
                        raise Refusal(f"{url} is too large, or too slow.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Refusal(f"{url} can't be fetched: {error}") from error
        kept.flush()
        return load(records_in(Path(kept.name)))


def fetch_daily() -> None:
    """Fetch what the setting names, in one worker a day."""
    url = current.settings().advisories_url
    if not url or not cache.add("advisories-fetched", 1, _DAY):
        return
    try:
        told = fetch(url)
    except Refusal as error:
        cache.delete("advisories-fetched")
        log.warning("advisories: %s", error.message)
        return
    log.info("advisories: %s new, %s changed, %s refused", told.new, told.changed, len(told.refused))
