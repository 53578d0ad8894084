# SPDX-License-Identifier: Apache-2.0
"""Whether a password is known from a breach, by the k-anonymity range protocol.

Only the first five characters of the password's SHA-1 leave this machine. A service that does not answer never keeps
anybody out: that is counted and logged instead.
"""

import hashlib
import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.cache import cache

from cheeseshop import __version__
from cheeseshop.core import current

log = logging.getLogger(__name__)

FAILURES = "metric:breached_passwords_failures"
_PREFIX = 5
_SECONDS = 2.0
_LARGEST = 1_000_000
_KEPT = 24 * 3600
_BLOCK = 4096


def is_breached(password: str) -> bool:
    """Tell whether a password is in the list. False where the list can't be asked."""
    source = current.settings().breached_passwords_url
    if source == "off":
        return False
    digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()
    try:
        if source.startswith("file://"):
            return in_sorted_file(Path(unquote(urlsplit(source).path)), digest)
        return digest[_PREFIX:] in _range(source, digest[:_PREFIX])
    except (OSError, ValueError) as error:
        count_failure(error)
        return False


def _range(source: str, prefix: str) -> frozenset[str]:
    """Return the rest of every listed digest that begins with five characters. Padding has a count of 0.

    Raises:
        OSError: when the service can't be asked.
        ValueError: when its answer is too large.
    """
    key = f"breached:{prefix}"
    kept: frozenset[str] | None = cache.get(key)
    if kept is not None:
        return kept
    import httpx  # noqa: PLC0415 - takes a fifth of a second to load, which every start would pay

    headers = {"Add-Padding": "true", "User-Agent": f"cheeseshop/{__version__}"}
    try:
        answer = httpx.get(f"{source.rstrip('/')}/{prefix}", headers=headers, timeout=_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    if len(answer.content) > _LARGEST:
        raise ValueError("the list of a range is too large")
    pairs = (line.strip().partition(":") for line in answer.text.splitlines())
    found = frozenset(rest.upper() for rest, _, count in pairs if count.strip() != "0")
    cache.set(key, found, _KEPT)
    return found


def in_sorted_file(path: Path, digest: str) -> bool:
    """Look a digest up in a file of lines ``DIGEST:COUNT``, sorted, by halving it: 38 GB take 36 reads.

    Raises:
        OSError: when the file can't be read.
    """
    wanted = digest.encode("ascii")
    with path.open("rb") as source:
        low, high = 0, source.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            source.seek(middle)
            if middle:
                source.readline(_BLOCK)
            begin = source.tell()
            line = source.readline(_BLOCK)[: len(wanted)].upper()
            if line == wanted:
                return True
            if not line or line > wanted:
                high = middle
            else:
                low = begin + 1
    return False


def count_failure(error: Exception) -> None:
    """Count that the list could not be asked, for the administrator's ``doctor``."""
    log.warning("the list of breached passwords can't be asked: %s", error)
    cache.add(FAILURES, 0, None)
    cache.incr(FAILURES)


def failures() -> int:
    """Return how often the list could not be asked."""
    return int(cache.get(FAILURES) or 0)
