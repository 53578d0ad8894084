# SPDX-License-Identifier: Apache-2.0
"""YARA rules from a folder: compiled together, each file under a namespace of its own, again when a file changes.

What is wrong with one file is told, and keeps none of the others from working.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cheeseshop.distributions.limits import MIB
from cheeseshop.scanning.findings import SUSPICIOUS, Findings

if TYPE_CHECKING:
    import yara_x

SUFFIXES: Final = (".yar", ".yara")
_GLOBALS: Final = ("filename", "filepath", "extension")
"""External variables that rules may use: of the member that is looked into."""

_KINDS: Final = frozenset({"malware", "spam", "dependency_confusion", "squatting", SUSPICIOUS})
_LARGEST: Final = 16 * MIB
_MOST_FILES: Final = 20_000
_MOST_SECONDS: Final = 10

Stamp = tuple[tuple[str, int, int], ...]


class TooSlow(Exception):  # noqa: N818 - what the rules are
    """The rules took longer than they may."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file of rules that does not compile, or not wholly, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """Rules that are ready, and what is wrong with their files."""

    scanner: "yara_x.Scanner"
    problems: tuple[Problem, ...]
    files: int


def stamp_of(folder: Path) -> Stamp:
    """Return names, times and sizes of the files of rules, which tell whether any of them changed.

    Raises:
        OSError: when the folder can't be read.
    """
    found = []
    for path in sorted(_files(folder)):
        state = path.stat()
        found.append((path.relative_to(folder).as_posix(), state.st_mtime_ns, state.st_size))
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotADirectoryError(f"There is no folder {folder}.")
    return [each for each in folder.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file()][:_MOST_FILES]


def compile_folder(folder: Path) -> Compiled:
    """Compile every file of rules below a folder. Rules may not include other files.

    Raises:
        OSError: when the folder can't be read.
    """
    import yara_x  # noqa: PLC0415 - takes a quarter of a second to load

    compiler = yara_x.Compiler(includes_enabled=False)
    for name in _GLOBALS:
        compiler.define_global(name, "")
    problems, files = [], sorted(_files(folder))
    for path in files:
        name = path.relative_to(folder).as_posix()
        compiler.new_namespace(name)
        if (reason := _add(compiler, path, name)) is not None:
            problems.append(Problem(name, reason))
    return Compiled(yara_x.Scanner(compiler.build()), tuple(problems), len(files))


def _add(compiler: "yara_x.Compiler", path: Path, name: str) -> str | None:
    """Add a file, and return why not all of it could be."""
    import yara_x  # noqa: PLC0415 - as above

    try:
        if path.stat().st_size > _LARGEST:
            return f"it has more than {_LARGEST // MIB} MiB"
        compiler.add_source(path.read_text("utf-8"), origin=name)
    except (OSError, UnicodeDecodeError, yara_x.CompileError) as error:
        return str(error)[:1000]
    return None


def match(scanner: "yara_x.Scanner", path: str, data: bytes, until: float, found: Findings) -> None:
    """Note which rules a member matches. ``until`` is by the monotonic clock.

    Raises:
        TooSlow: when there is no time left.
    """
    import yara_x  # noqa: PLC0415 - as above

    left = int(until - time.monotonic())
    if left < 1:
        raise TooSlow
    name = path.rpartition("/")[2]
    values = (name, path, name.rpartition(".")[2] if "." in name else "")
    for key, value in zip(_GLOBALS, values, strict=True):
        scanner.set_global(key, value)
    scanner.set_timeout(min(left, _MOST_SECONDS))
    try:
        matching = scanner.scan(data).matching_rules
    except yara_x.TimeoutError as error:
        raise TooSlow from error
    for rule in matching:
        told = {str(key): value for key, value in rule.metadata}
        kind = told.get("kind")
        text = str(told.get("description") or f"The YARA rule {rule.identifier} matches.")
        known = kind if isinstance(kind, str) and kind in _KINDS else SUSPICIOUS
        found.add(f"yara:{rule.namespace}:{rule.identifier}", text, path, known)
