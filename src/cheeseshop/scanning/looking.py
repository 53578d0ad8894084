# SPDX-License-Identifier: Apache-2.0
"""One file, looked into by every rule. Runs in the child, on bytes that may do their worst. No Django."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.scanning import archive_rules, yara_rules
from cheeseshop.scanning.archive_rules import Distribution
from cheeseshop.scanning.bad_hashes import BadHashes, read_bad_hashes
from cheeseshop.scanning.findings import MALWARE, Findings, as_json
from cheeseshop.scanning.install_code import InstallCode
from cheeseshop.scanning.members import members_of
from cheeseshop.scanning.yara_rules import Compiled, TooSlow

KNOWN_BAD = "known-bad"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked into, and by which rules: empty paths for none. ``seconds`` is how long it may take."""

    path: str
    filename: str
    project: str
    sha256: str
    rules: str
    hashes: str
    seconds: float


class Lists:
    """The rules and digests that administrators wrote, kept as long as their files stay as they are."""

    def __init__(self) -> None:
        self._rules: tuple[object, Compiled | None] = (None, None)
        self._hashes: tuple[object, BadHashes] = (None, BadHashes(frozenset()))

    def load(self, wanted: Wanted) -> list[str]:
        """Read again what changed, and return what is wrong with it."""
        return [*self._load_rules(wanted.rules), *self._load_hashes(wanted.hashes)]

    def _load_rules(self, folder: str) -> list[str]:
        if not folder:
            self._rules = (None, None)
            return []
        try:
            stamp = (folder, yara_rules.stamp_of(Path(folder)))
            if self._rules[0] != stamp:
                self._rules = (stamp, yara_rules.compile_folder(Path(folder)))
        except OSError as error:
            self._rules = (None, None)
            return [f"the YARA rules can't be read: {error}"]
        compiled = self._rules[1]
        return [f"{each.file}: {each.reason}" for each in compiled.problems] if compiled else []

    def _load_hashes(self, path: str) -> list[str]:
        if not path:
            self._hashes = (None, BadHashes(frozenset()))
            return []
        try:
            state = Path(path).stat()
            stamp = (path, state.st_mtime_ns, state.st_size)
            if self._hashes[0] != stamp:
                self._hashes = (stamp, read_bad_hashes(Path(path)))
        except OSError as error:
            self._hashes = (None, BadHashes(frozenset()))
            return [f"the list of bad digests can't be read: {error}"]
        return [f"{path}: line {number} is no SHA-256" for number in self._hashes[1].faults]

    @property
    def rules(self) -> Compiled | None:
        """The rules that are ready."""
        return self._rules[1]

    @property
    def hashes(self) -> BadHashes:
        """The digests."""
        return self._hashes[1]


def look(wanted: Wanted, lists: Lists) -> dict[str, Any]:
    """Return the findings, and why it was not looked into wholly, if it was not: as JSON takes them."""
    found, reason = Findings(), ""
    until = time.monotonic() + wanted.seconds * 0.9  # to tell what was found by then; at the limit it is killed
    if lists.hashes.has(wanted.sha256):
        found.add(KNOWN_BAD, "This very file is on the list of known bad ones.", wanted.filename, MALWARE)
    try:
        _look_at_members(wanted, lists, until, found)
    except TooSlow:
        reason = "It took too long; what was found until then is noted."
    except DistributionRefused as error:
        reason = f"The archive can't be read: {error}"
    except OSError as error:
        reason = f"The file's bytes can't be read: {type(error).__name__}"
    return {"findings": [as_json(each) for each in found.all()], "reason": reason}


def _look_at_members(wanted: Wanted, lists: Lists, until: float, found: Findings) -> None:
    of, code = Distribution(wanted.filename, wanted.project), InstallCode()
    with Path(wanted.path).open("rb") as file:
        for member in members_of(file, wanted.filename):
            archive_rules.look_at(member, of, found)
            if lists.hashes.has(member.sha256):
                found.add(KNOWN_BAD, "A file within is on the list of known bad ones.", member.path, MALWARE)
            if not of.is_wheel:
                code.keep(member.path, member.data)
            if lists.rules is not None:
                yara_rules.match(lists.rules.scanner, member.path, member.data, until, found)
            if time.monotonic() > until:
                raise TooSlow
    code.look(found)
