# SPDX-License-Identifier: Apache-2.0
"""What the tags in a wheel's name mean, as data: which interpreters on which systems and processors can install it.

A wheel may carry several tags, and one that an installer knows is enough: of versions that count upwards the lowest
stands for all. Whatever is in no specification is passed on as it is written. The rules are those of
https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_Version = tuple[int, ...]


class Build(StrEnum):
    """How an interpreter must be built, where that is not as usual."""

    FREE_THREADED = "free-threaded"
    EITHER = "either"  # with or without free threading
    DEBUG = "debug"


class System(StrEnum):
    """What a platform tag names. ``OTHER``: it is in no specification."""

    ANY = "any"
    GLIBC = "glibc"
    MUSL = "musl"
    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"
    IOS = "ios"
    IOS_SIMULATOR = "ios-simulator"
    ANDROID = "android"
    EMSCRIPTEN = "emscripten"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Interpreters of one name: of these versions, or of the one and ``later`` ones. ``python``: any implementation.

    Without versions it is a tag that no rule knows.
    """

    name: str
    versions: tuple[str, ...] = ()
    later: bool = False
    build: Build | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """A system from a version on, or any where it is empty, and its processors. ``tag`` is of one that is ``OTHER``."""

    system: System
    version: str = ""
    processors: tuple[str, ...] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Compatibility:
    """What can install a wheel."""

    interpreters: tuple[Interpreter, ...]
    platforms: tuple[Platform, ...]


_IMPLEMENTATIONS: Final = {
    "py": "python", "cp": "CPython", "pp": "PyPy", "ip": "IronPython", "jy": "Jython", "graalpy": "GraalPy",
}  # fmt: skip
_PYTHON: Final = re.compile(r"(py|cp|pp|ip|jy|graalpy)([0-9])(?:_?([0-9]{1,3}))?")
_MANYLINUX: Final = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_OLD_MANYLINUX: Final = re.compile(r"(manylinux1|manylinux2010|manylinux2014)_(\w+)", re.ASCII)
_NUMBER: Final = r"([0-9]{1,5})"
_SHAPES: Final = (
    (re.compile(rf"manylinux_{_NUMBER}_{_NUMBER}_(\w+)", re.ASCII), System.GLIBC),
    (re.compile(rf"musllinux_{_NUMBER}_{_NUMBER}_(\w+)", re.ASCII), System.MUSL),
    (re.compile(rf"macosx_{_NUMBER}_{_NUMBER}_(\w+)", re.ASCII), System.MACOS),
    (re.compile(rf"ios_{_NUMBER}_{_NUMBER}_(\w+)_iphoneos", re.ASCII), System.IOS),
    (re.compile(rf"ios_{_NUMBER}_{_NUMBER}_(\w+)_iphonesimulator", re.ASCII), System.IOS_SIMULATOR),
    (re.compile(rf"android_{_NUMBER}_(\w+)", re.ASCII), System.ANDROID),
    (re.compile(rf"(?:pyemscripten|pyodide)_{_NUMBER}_{_NUMBER}_(\w+)", re.ASCII), System.EMSCRIPTEN),
    (re.compile(r"linux_(\w+)", re.ASCII), System.LINUX),
    (re.compile(r"win_?(32|amd64|arm64|ia64)", re.ASCII), System.WINDOWS),
)
_PROCESSORS: Final = {
    "amd64": "x86-64", "x86_64": "x86-64", "32": "x86", "i386": "x86", "i686": "x86", "x86": "x86",
    "aarch64": "arm64", "arm64_v8a": "arm64", "armv7l": "armv7", "armeabi_v7a": "armv7", "armv6l": "armv6",
}  # fmt: skip
_SEVERAL_PROCESSORS: Final = {
    "universal2": ("arm64", "x86-64"), "intel": ("x86", "x86-64"), "fat": ("ppc", "x86"), "fat32": ("ppc", "x86"),
    "fat3": ("ppc", "x86", "x86-64"), "fat64": ("ppc64", "x86-64"), "universal": ("ppc", "ppc64", "x86", "x86-64"),
}  # fmt: skip


def compatibility_of(filename: str) -> Compatibility | None:
    """Return what can install the wheel of that name; None where it is no wheel's. It never raises."""
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) not in {5, 6}:
        return None
    pythons, abis, platforms = (part.split(".") for part in parts[-3:])
    return Compatibility(_interpreters(pythons, abis), _platforms(platforms))


def _interpreters(pythons: Iterable[str], abis: list[str]) -> tuple[Interpreter, ...]:
    """Bring interpreters of a kind together, in the order of the tags."""
    found: dict[tuple[str, bool, Build | None], set[_Version]] = {}
    for tag in pythons:
        match = _PYTHON.fullmatch(tag)
        if match is None:
            found.setdefault((tag, False, None), set())
            continue
        version = tuple(int(number) for number in match.groups()[1:] if number)
        for later, build in _ways(match[1], tag, version, abis):
            found.setdefault((_IMPLEMENTATIONS[match[1]], later, build), set()).add(version)
    return tuple(
        Interpreter(name, tuple(map(_dotted, [min(versions)] if later else sorted(versions))), later, build)
        for (name, later, build), versions in found.items()
    )


def _ways(kind: str, tag: str, version: _Version, abis: list[str]) -> list[tuple[bool, Build | None]]:
    """Return in which ways the binary interfaces of a wheel let an interpreter use it: later ones too, and its build.

    A pure ``py38`` is for Python 3.8 and later, as installers read it, and ``py3`` for any 3.
    """
    if kind == "py":
        return [(len(version) > 1, None)]
    ways: list[tuple[bool, Build | None]] = []
    if {"abi3", "abi3t"} <= set(abis):
        ways.append((True, Build.EITHER))
    elif "abi3" in abis or "abi3t" in abis:
        ways.append((True, None if "abi3" in abis else Build.FREE_THREADED))
    ways += [(False, _build(abi.removeprefix(tag))) for abi in abis if abi.startswith(tag) and kind == "cp"]
    return ways or [(False, None)]


def _build(flags: str) -> Build | None:
    if "t" in flags:
        return Build.FREE_THREADED
    return Build.DEBUG if "d" in flags else None


def _platforms(tags: Iterable[str]) -> tuple[Platform, ...]:
    """Bring processors that need the same of the same system together, in the order of the tags."""
    lowest: dict[tuple[System, str, str], _Version] = {}
    for tag in tags:
        system, version, processors = _platform(tag)
        for processor in processors:
            place = system, tag if system is System.OTHER else "", processor
            lowest[place] = min(version, lowest.get(place, version))
    together: dict[tuple[System, str, _Version], list[str]] = {}
    for (system, tag, processor), version in lowest.items():
        together.setdefault((system, tag, version), []).append(processor)
    return tuple(
        Platform(system, _dotted(version), tuple(name for name in processors if name), tag)
        for (system, tag, version), processors in together.items()
    )


def _platform(tag: str) -> tuple[System, _Version, tuple[str, ...]]:
    if tag == "any":
        return System.ANY, (), ("",)
    if old := _OLD_MANYLINUX.fullmatch(tag):
        return System.GLIBC, _MANYLINUX[old[1]], _processors(old[2])
    for shape, system in _SHAPES:
        if match := shape.fullmatch(tag):
            *numbers, processor = match.groups()
            version = tuple(int(number) for number in numbers)
            # Since macOS 11 only the major version counts.
            shortened = version[:1] if system is System.MACOS and version >= (11, 0) else version
            return system, shortened, _processors(processor)
    return System.OTHER, (), ("",)


def _processors(name: str) -> tuple[str, ...]:
    return _SEVERAL_PROCESSORS.get(name) or (_PROCESSORS.get(name, name),)


def _dotted(version: _Version) -> str:
    return ".".join(map(str, version))
