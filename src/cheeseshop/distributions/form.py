# SPDX-License-Identifier: Apache-2.0
"""The fields of an upload form: https://docs.pypi.org/api/upload/."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cheeseshop.distributions.allowances import DEFAULT_ALLOWANCES, Allowances
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import PackageType
from cheeseshop.distributions.metadata import CoreMetadata, validated
from cheeseshop.distributions.metadata_rules import SPECIFICATION, elide
from cheeseshop.distributions.names import check_project_name
from cheeseshop.distributions.raw_metadata import is_absent, raw_from_form

_SHA256_OR_BLAKE2 = re.compile(r"[A-F0-9]{64}", re.IGNORECASE | re.ASCII)
_DIGEST_FIELDS = ("md5_digest", "sha256_digest", "blake2_256_digest")
_IMAGE = re.compile(r"\s*image/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeclaredDigests:
    """Hexadecimal digests of the file as the client declares them, in whatever case."""

    md5: str | None
    sha256: str | None
    blake2_256: str | None


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that passed every check on its fields alone. `present` names the fields that carry a value."""

    name: str
    version: str
    filetype: PackageType
    pyversion: str
    comment: str
    digests: DeclaredDigests
    metadata: CoreMetadata
    present: frozenset[str]


def validate_form(fields: Mapping[str, Sequence[str]], *, allowances: Allowances = DEFAULT_ALLOWANCES) -> UploadForm:
    r"""Check protocol version, form fields and metadata, in this order, and refuse with the first error of each group.

    `fields` has every value sent under each name, files left out. Values that are empty or "UNKNOWN" count as absent,
    NUL characters become the text `\x00`, and fields that nobody knows are ignored.

    :raises DistributionRefused: with the one error to show; metadata version, name and version come first, then the
        others by name.
    """
    control = _ControlFields(fields)
    if control.get("protocol_version", "1") != "1":
        raise DistributionRefused("Unknown protocol version.", "protocol_version")
    control.check()
    metadata, _ = validated(raw_from_form(fields), allowances=allowances)
    return UploadForm(
        name=metadata.name,
        version=control.get("version"),
        filetype=cast("PackageType", control.get("filetype")),
        pyversion=control.get("pyversion", "source"),
        comment=control.get("comment"),
        digests=DeclaredDigests(*(control.get(field) or None for field in _DIGEST_FIELDS)),
        metadata=metadata,
        present=frozenset(name for name, values in fields.items() if not all(map(is_absent, values))),
    )


def check_content_type(content_type: str | None) -> None:
    """Refuse a file part without a content type, or sent as an image."""
    if not content_type or _IMAGE.match(content_type):
        raise DistributionRefused("Invalid distribution file.", "content")


class _ControlFields:
    """The fields that are not metadata, and the name, with their rules."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = fields

    def get(self, name: str, default: str = "") -> str:
        for value in self._fields.get(name, ()):
            if not is_absent(value):
                return value.replace("\0", "\\x00")
        return default

    def check(self) -> None:
        """Refuse with the error of the first field at fault; name comes first, the others by alphabet."""
        for field, problem in _PROBLEMS.items():
            if message := problem(self):
                raise DistributionRefused(message, field)
        for name in _GIVEN_ONCE:
            if len({value for value in self._fields.get(name, ()) if not is_absent(value)}) > 1:
                raise DistributionRefused(f"Invalid value for {name}. Error: This field may be given only once.", name)

    def name_problem(self) -> str | None:
        name = self.get("name")
        try:
            check_project_name(name)
        except DistributionRefused as error:
            reason = error.message if name else "This field is required."
            problem = f"{elide(name)!r} is an invalid value for Name. Error: {reason}"
            return f"{problem} See {SPECIFICATION} for more information."
        return None

    def blake2_problem(self) -> str | None:
        return self._digest_problem("blake2_256_digest", "BLAKE2")

    def sha256_problem(self) -> str | None:
        return self._digest_problem("sha256_digest", "SHA256")

    def _digest_problem(self, field: str, algorithm: str) -> str | None:
        digest = self.get(field)
        if digest and not _SHA256_OR_BLAKE2.fullmatch(digest):
            return f"Invalid value for {field}. Error: Use a valid, hex-encoded, {algorithm} message digest."
        return None

    def filetype_problem(self) -> str | None:
        filetype = self.get("filetype")
        if filetype in ("sdist", "bdist_wheel"):
            return None
        reason = "Use a known file type." if filetype else "This field is required."
        return f"Invalid value for filetype. Error: {reason}"

    def pyversion_problem(self) -> str | None:
        pyversion = self.get("pyversion")
        if self.get("filetype") == "bdist_wheel" and not pyversion:
            return "Error: Python version is required for binary distribution uploads."
        if self.get("filetype") == "sdist" and pyversion not in ("", "source"):
            return "Error: Use 'source' as Python version for an sdist."
        return None

    def missing_digest_problem(self) -> str | None:
        if any(self.get(field) for field in _DIGEST_FIELDS):
            return None
        return "Error: Include at least one message digest."


_GIVEN_ONCE = ("protocol_version", "name", "version", "filetype", "pyversion", *_DIGEST_FIELDS)
_PROBLEMS: dict[str, Callable[[_ControlFields], str | None]] = {
    "name": _ControlFields.name_problem,
    "blake2_256_digest": _ControlFields.blake2_problem,
    "filetype": _ControlFields.filetype_problem,
    "sha256_digest": _ControlFields.sha256_problem,
    # These look at several fields, and come after what is wrong with one.
    "pyversion": _ControlFields.pyversion_problem,
    "md5_digest": _ControlFields.missing_digest_problem,
}
