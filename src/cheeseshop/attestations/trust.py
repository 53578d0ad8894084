# SPDX-License-Identifier: Apache-2.0
"""Whom signatures are checked against: certificate authorities and logs, from files alone.

By default they are those of the public instance, as shipped with the sigstore library: nothing is fetched, so that an
index without a way out verifies too, and nobody's network answer decides what is trusted. An instance of one's own is
named by ``CHEESESHOP_TRUST_ROOT``.
"""

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from cheeseshop.core import current

if TYPE_CHECKING:
    from sigstore.verify import Verifier

PUBLIC = "https://tuf-repo-cdn.sigstore.dev"


class BrokenTrustRoot(Exception):  # noqa: N818 - read as a state
    """The configured trust root can't be used. The message is for the administrator."""


def is_public() -> bool:
    """Tell whether the public instance is trusted, whose log anybody can search."""
    return not current.settings().trust_root


def verifier() -> "Verifier":
    """Return what verifies signatures. A trust root that was replaced is read again.

    Raises:
        BrokenTrustRoot: when it can't be read.
    """
    path = current.settings().trust_root
    if not path:
        return _public()
    try:
        return _own(path, Path(path).stat().st_mtime_ns)
    except Exception as error:  # the library raises many kinds for a file that is not what it should be
        raise BrokenTrustRoot(f"CHEESESHOP_TRUST_ROOT={path} can't be used: {error}") from error


@lru_cache(maxsize=1)
def _public() -> "Verifier":
    place = resources.files("sigstore._store").joinpath(quote(PUBLIC, safe=""), "trusted_root.json")
    with resources.as_file(place) as path:
        return _from_file(path)


@lru_cache(maxsize=1)
def _own(path: str, _changed: int) -> "Verifier":
    return _from_file(Path(path))


def _from_file(path: Path) -> "Verifier":
    from sigstore.models import TrustedRoot  # noqa: PLC0415 - takes a second, and only attestations need it
    from sigstore.verify import Verifier  # noqa: PLC0415 - as above

    return Verifier(trusted_root=TrustedRoot.from_file(str(path)))
