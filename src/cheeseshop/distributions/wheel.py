# SPDX-License-Identifier: Apache-2.0
"""Checks of wheels: https://packaging.python.org/en/latest/specifications/binary-distribution-format/."""

import re
from collections.abc import Iterator
from configparser import Error as ConfigParserError
from configparser import RawConfigParser
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from packaging.utils import NormalizedName

from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.byte_source import ByteSource
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import ParsedFilename
from cheeseshop.distributions.limits import (
    MAX_ENTRY_POINTS_LINES,
    MAX_ENTRY_POINTS_SIZE,
    MAX_METADATA_SIZE,
    MAX_RECORD_SIZE,
)
from cheeseshop.distributions.platform_tags import is_allowed_platform
from cheeseshop.distributions.record import Contents, record_faults
from cheeseshop.distributions.token_watch import TokenWatch
from cheeseshop.distributions.zip_content import check_unpacked_size, read_content
from cheeseshop.distributions.zip_layout import ZipMember, read_zip_layout

_ENTRY_POINT_NAME: Final = re.compile(r"[\w.-]+")
_SPACES: Final = re.compile(r"[^\S\n]+")
_SCRIPT_GROUPS: Final = ("console_scripts", "gui_scripts")


@dataclass(slots=True)
class WheelArchive:
    """An opened wheel: its members by path, and the directory that describes it, without trailing slash.

    `tokens` finds text that is shaped like an API token while the contents are checked.
    """

    source: ByteSource
    members: dict[str, ZipMember]
    dist_info: str
    tokens: TokenWatch = field(default_factory=TokenWatch)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return the file `name` of the describing directory, None where there is none."""
        member = self.members.get(f"{self.dist_info}/{name}")
        return None if member is None else read_content(self.source, member, limit)


def open_wheel(source: ByteSource, filename: ParsedFilename, *, legacy: bool) -> WheelArchive:
    """Read the structure of a wheel and find the directory that describes it.

    :raises DistributionRefused: it is no sound zip archive, is a bomb, or lacks `<name>-<version>.dist-info/WHEEL`.
    """
    members = read_zip_layout(source)
    check_unpacked_size(members.values(), source.size)
    expected = "-".join(filename.filename.split("-", 2)[:2]) + ".dist-info"
    found = {name.partition("/")[0] for name in members if ".dist-info/" in name}
    found = {name for name in found if name.endswith(".dist-info")}
    if legacy and expected not in found and len(found) == 1:
        (expected,) = found
    if f"{expected}/WHEEL" not in members:
        raise _invalid(f"WHEEL not found at {expected}/WHEEL")
    if len(found) > 1:
        # Installers refuse or choose one, and not all choose the same.
        raise _invalid("more than one .dist-info directory")
    return WheelArchive(source, members, expected)


def check_wheel_filename(
    filename: ParsedFilename, project: NormalizedName, *, legacy: bool, allowances: Allowances
) -> list[str]:
    """Check platform tags and the project's name, and return the faults that `legacy` passes over.

    :raises DistributionRefused: a tag is unknown here, or the file belongs to another project or is spelt otherwise
        than `<normalised name>-<version>-…`.
    """
    for tag in filename.tags:
        if not is_allowed_platform(tag.platform, plain_linux=allowances.plain_linux_platforms):
            raise DistributionRefused(
                f"Binary wheel {filename.filename!r} has an unsupported platform tag {tag.platform!r}.", "content"
            )
    written = filename.filename.partition("-")[0]
    expected = project.replace("-", "_")
    if filename.project != project:
        raise DistributionRefused(f"Start filename for {str(project)!r} with {expected!r}.", "content")
    if written == expected:
        return []
    fault = f"Filename {filename.filename!r} should contain the normalized project name {expected!r}, not {written!r}."
    if not legacy:
        raise DistributionRefused(fault, "content")
    return [fault]


def read_metadata(wheel: WheelArchive) -> bytes:
    """Return the bytes of METADATA.

    :raises DistributionRefused: there is none, or it is too large or damaged.
    """
    metadata = wheel.read("METADATA", MAX_METADATA_SIZE)
    if metadata is None:
        raise _invalid(f"METADATA not found at {wheel.dist_info}/METADATA")
    return metadata


def check_wheel_contents(
    wheel: WheelArchive, license_files: tuple[str, ...], *, legacy: bool, allowances: Allowances
) -> list[str]:
    """Check licence files, RECORD, code and entry points, and return the faults that `legacy` passes over.

    :raises DistributionRefused: a licence file is missing, RECORD and contents differ, or entry points are invalid;
        and with `legacy` too when a member is damaged.
    """
    faults = []
    for fault in chain(
        _license_faults(wheel, license_files), _record_faults(wheel, allowances), _entry_point_faults(wheel)
    ):
        if not legacy:
            raise _invalid(fault)
        faults.append(f"{fault}.")
    return faults


def _license_faults(wheel: WheelArchive, license_files: tuple[str, ...]) -> Iterator[str]:
    """Yield the licence files that PEP 639 wants in a wheel and that are not there."""
    for path in license_files:
        if f"{wheel.dist_info}/licenses/{path}" not in wheel.members:
            yield f"License-File {path!r} does not exist at {wheel.dist_info}/licenses/{path}"


def _record_faults(wheel: WheelArchive, allowances: Allowances) -> Iterator[str]:
    record = wheel.read("RECORD", MAX_RECORD_SIZE)
    contents = Contents(wheel.source, wheel.members, not allowances.hidden_code, wheel.tokens)
    return record_faults(contents, f"{wheel.dist_info}/RECORD", record)


def _entry_point_faults(wheel: WheelArchive) -> Iterator[str]:
    """Yield what is wrong with entry_points.txt, if there is one.

    https://packaging.python.org/en/latest/specifications/entry-points/
    """
    content = wheel.read("entry_points.txt", MAX_ENTRY_POINTS_SIZE)
    if content is None:
        return
    if content.count(b"\n") > MAX_ENTRY_POINTS_LINES:
        # The parser's report of wrong lines takes quadratic time to grow.
        yield f"entry_points.txt has more than {MAX_ENTRY_POINTS_LINES} lines"
        return
    parser = RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[method-assign, assignment] # names are case-sensitive
    try:
        # The parser's patterns take quadratic time over long runs of space, which mean nothing here.
        parser.read_string(_SPACES.sub(" ", content.decode()))
    except (UnicodeDecodeError, ConfigParserError, ValueError):
        yield f"entry_points.txt at {wheel.dist_info}/entry_points.txt can't be read"
        return
    for group in _SCRIPT_GROUPS:
        for name in parser.options(group) if parser.has_section(group) else ():
            if not _ENTRY_POINT_NAME.fullmatch(name):
                yield f"entry point {name!r} in {group} has a name of other characters than letters, digits and '_.-'"


def _invalid(reason: str) -> DistributionRefused:
    return DistributionRefused(f"Invalid distribution file. {reason}.", "content")
