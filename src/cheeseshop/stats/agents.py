# SPDX-License-Identifier: Apache-2.0
"""Who downloads, in coarse words, read from the User-Agent header by linehaul's rules.

A header is whatever its sender writes. So every field is bounded, and what is shown on pages is one of a small number
of words: a sender can't grow a project's page by inventing installers.
"""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache

from linehaul.ua.parser import parse

_LONGEST = 40
_FIELD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+/-]*")
_PYTHON = re.compile(r"([23])\.([0-9]{1,2})(?:[.a-z+].*)?")
_INSTALLERS = {
    each.lower(): each
    for each in (
        "pip", "uv", "poetry", "pdm", "pipenv", "conda", "pex", "setuptools", "distribute", "Bazel", "bandersnatch",
        "devpi", "z3c.pypimirror", "Artifactory", "Nexus", "pep381client", "maturin", "twine", "requests", "Homebrew",
        "OS", "Browser", "hatch",
    )
}  # fmt: skip
_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "windows": "Windows", "freebsd": "FreeBSD", "openbsd": "OpenBSD",
            "netbsd": "NetBSD", "android": "Android", "ios": "iOS", "emscripten": "Emscripten", "java": "Java",
            "sunos": "SunOS", "aix": "AIX"}  # fmt: skip
UNKNOWN = "unknown"
OTHER = "other"

logging.getLogger("linehaul").setLevel(logging.CRITICAL)  # it would log every malformed header with a traceback


@dataclass(frozen=True, slots=True)
class Client:
    """What a download was made with. Empty where it was not said. Neither address nor person is in it."""

    installer: str = ""
    installer_version: str = ""
    python: str = ""
    implementation: str = ""
    system: str = ""
    distro: str = ""
    distro_version: str = ""
    cpu: str = ""
    ci: bool | None = None

    @property
    def installer_name(self) -> str:
        """The installer as pages name it: one of a known list, other, or unknown."""
        return _INSTALLERS.get(self.installer.lower(), OTHER) if self.installer else UNKNOWN

    @property
    def python_minor(self) -> str:
        """The Python as pages name it, such as 3.12."""
        found = _PYTHON.fullmatch(self.python)
        return f"{found[1]}.{int(found[2])}" if found else UNKNOWN

    @property
    def system_name(self) -> str:
        """The operating system as pages name it."""
        return _SYSTEMS.get(self.system.lower(), OTHER) if self.system else UNKNOWN


@lru_cache(maxsize=4096)
def client_of(agent: str) -> Client:
    """Read a User-Agent header. What can't be read gives a client of which nothing is known; never an exception."""
    try:
        found = parse(agent)
    except Exception:  # noqa: BLE001 - JSON of strangers inside: any fault means that nothing is known
        found = None
    if found is None:
        return Client()
    told = {
        "installer": _part(found.installer, "name"),
        "installer_version": _part(found.installer, "version"),
        "python": _text(found.python),
        "implementation": _part(found.implementation, "name"),
        "system": _part(found.system, "name"),
        "distro": _part(found.distro, "name"),
        "distro_version": _part(found.distro, "version"),
        "cpu": _text(found.cpu),
    }
    return Client(**told, ci=found.ci if isinstance(found.ci, bool) else None)


def _part(of: object, name: str) -> str:
    return _text(getattr(of, name, None))


def _text(value: object) -> str:
    """Return a field of the header, if it is one that an honest client would send."""
    if not isinstance(value, str) or len(value) > _LONGEST or not _FIELD.fullmatch(value):
        return ""
    return value
