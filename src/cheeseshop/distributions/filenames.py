# SPDX-License-Identifier: Apache-2.0
"""Names of distribution files: which are safe to store, and what they say."""

import math
import re
from dataclasses import dataclass
from typing import Literal

from packaging.tags import Tag
from packaging.utils import BuildTag, NormalizedName, canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import MAX_FILENAME, MAX_TAGS_IN_FILENAME

PackageType = Literal["sdist", "bdist_wheel"]

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
_DISTRIBUTION_EXTENSION = re.compile(r".+?\.(tar\.gz|zip|whl)", re.IGNORECASE)
_EXTENSIONS_OF_TYPE = {"sdist": (".tar.gz", ".zip"), "bdist_wheel": (".whl",)}


@dataclass(frozen=True, slots=True)
class ParsedFilename:
    """What the name of a distribution file says; `python_tag` is "source" for an sdist."""

    filename: str
    packagetype: PackageType
    project: NormalizedName
    version: Version
    build: BuildTag
    tags: frozenset[Tag]
    python_tag: str


def check_upload_filename(filename: str, filetype: str) -> None:
    """Refuse a name that is unsafe to store, or whose extension does not fit the declared `filetype`.

    :raises DistributionRefused: the name is empty, too long, holds control characters or path separators, or ends in
        another extension than `.tar.gz` or `.zip` (sdist) or `.whl` (bdist_wheel).
    """
    if _CONTROL_CHARACTER.search(filename):
        raise DistributionRefused(
            "Cannot upload a file with non-printable characters (ordinals 0-31, 127) in the filename.", "content"
        )
    if "/" in filename or "\\" in filename:
        raise DistributionRefused("Cannot upload a file with '/' or '\\' in its name.", "content")
    if not _DISTRIBUTION_EXTENSION.fullmatch(filename):
        raise DistributionRefused("Invalid file extension: Use .tar.gz, .whl or .zip extension.", "content")
    extensions = _EXTENSIONS_OF_TYPE.get(filetype, ())
    if not filename.endswith(extensions):
        raise DistributionRefused(
            f"Invalid file extension: A distribution of type {filetype} must end in {' or '.join(extensions)}.",
            "content",
        )
    if len(filename.encode("utf-8", "surrogatepass")) > MAX_FILENAME:
        raise DistributionRefused(f"Filename is too long: At most {MAX_FILENAME} bytes can be stored.", "content")


def parse_filename(filename: str, project: NormalizedName | None = None) -> ParsedFilename:
    """Read project, version and tags from the name of a wheel or an sdist.

    In `foo-1.0-1.tar.gz` the split is ambiguous: where `project` is given and is `foo`, the version is the
    post-release `1.0-1`.

    :raises DistributionRefused: the name follows neither the wheel nor the sdist specification.
    """
    try:
        return _parse_wheel(filename) if filename.endswith(".whl") else _parse_sdist(filename, project)
    except ValueError as error:
        # Numbers of more digits than Python converts are plain value errors, with a message about Python.
        reason = str(error) if type(error) is not ValueError else f"Invalid filename: {filename!r}"
        raise DistributionRefused(f"{reason}.", "content") from error


def _parse_wheel(filename: str) -> ParsedFilename:
    parts = filename.removesuffix(".whl").split("-")
    if math.prod(part.count(".") + 1 for part in parts[-3:]) > MAX_TAGS_IN_FILENAME:
        raise DistributionRefused(f"Invalid wheel filename (too many tags): {filename!r}.", "content")
    name, version, build, tags = parse_wheel_filename(filename)
    return ParsedFilename(filename, "bdist_wheel", name, version, build, tags, python_tag=parts[-3])


def _parse_sdist(filename: str, project: NormalizedName | None) -> ParsedFilename:
    name, version = parse_sdist_filename(filename)
    if project is not None and name != project:
        stem = filename.removesuffix(".tar.gz").removesuffix(".zip")
        head, _, post = stem.rpartition("-")
        head, _, release = head.rpartition("-")
        if release and canonicalize_name(head) == project:
            name, version = project, Version(f"{release}-{post}")
    return ParsedFilename(filename, "sdist", name, version, (), frozenset(), python_tag="source")
