# SPDX-License-Identifier: Apache-2.0
"""Platform tags that wheels may carry, as data.

Each row names the platforms it allows and the specification that defines them:
https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class PlatformFamily:
    """Tags formed as `<prefix>_<architecture>`, where `prefix` is a regular expression."""

    prefix: str
    architectures: tuple[str, ...]
    specification: str


_MACOS_ARCHITECTURES: Final = (
    "ppc",
    "ppc64",
    "i386",
    "x86_64",
    "arm64",
    "intel",
    "fat",
    "fat3",
    "fat64",
    "universal",
    "universal2",
)
_GLIBC_ARCHITECTURES: Final = ("x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64", "ppc64")
_MUSL_ARCHITECTURES: Final = tuple(name for name in _GLIBC_ARCHITECTURES if name != "ppc64")
_IOS_ARCHITECTURES: Final = tuple(
    f"{processor}_{sdk}" for processor in ("arm64", "x86_64") for sdk in ("iphoneos", "iphonesimulator")
)

SINGLE_TAGS: Final = frozenset({"any", "win32", "win_amd64", "win_arm64", "win_ia64", "linux_armv6l", "linux_armv7l"})
FAMILIES: Final = (
    PlatformFamily("manylinux1", ("x86_64", "i686"), "PEP 513"),
    PlatformFamily("manylinux2010", ("x86_64", "i686"), "PEP 571"),
    PlatformFamily("manylinux2014", ("x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x"), "PEP 599"),
    PlatformFamily(r"manylinux_[0-9]+_[0-9]+", _GLIBC_ARCHITECTURES, "PEP 600"),
    PlatformFamily(r"musllinux_[0-9]+_[0-9]+", _MUSL_ARCHITECTURES, "PEP 656"),
    PlatformFamily(r"macosx_10_[0-9]+", _MACOS_ARCHITECTURES, "PEP 425"),
    # Since macOS 11 only the major version counts, and version 26 follows 15.
    PlatformFamily(r"macosx_(?:11|12|13|14|15|26)_0", _MACOS_ARCHITECTURES, "PEP 425"),
    PlatformFamily(r"ios_[0-9]+_[0-9]+", _IOS_ARCHITECTURES, "PEP 730"),
    PlatformFamily(r"android_[0-9]+", ("armeabi_v7a", "arm64_v8a", "x86", "x86_64"), "PEP 738"),
    PlatformFamily(r"pyemscripten_[0-9]+_[0-9]+", ("wasm32",), "PEP 783"),
)

_ALLOWED: Final = re.compile(
    "|".join(f"(?:{family.prefix})_(?:{'|'.join(family.architectures)})" for family in FAMILIES)
)
_PLAIN_LINUX: Final = re.compile(r"linux_[a-z0-9_]+")


@lru_cache(maxsize=1024)
def is_allowed_platform(tag: str, *, plain_linux: bool = False) -> bool:
    """Tell whether wheels with the platform `tag` are taken; `plain_linux` adds every `linux_*` tag."""
    if tag in SINGLE_TAGS or _ALLOWED.fullmatch(tag) is not None:
        return True
    return plain_linux and _PLAIN_LINUX.fullmatch(tag) is not None
