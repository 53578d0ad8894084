# SPDX-License-Identifier: Apache-2.0
"""Core metadata before validation: text values by field, whether they came from a form or from a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cheeseshop.distributions.headers import read_headers

# Fields that occur once: the name used here (that of `packaging.metadata`) to the name in files.
SINGLE_FIELDS = {
    "metadata_version": "Metadata-Version",
    "name": "Name",
    "version": "Version",
    "summary": "Summary",
    "description": "Description",
    "description_content_type": "Description-Content-Type",
    "keywords": "Keywords",
    "home_page": "Home-page",
    "download_url": "Download-URL",
    "author": "Author",
    "author_email": "Author-email",
    "maintainer": "Maintainer",
    "maintainer_email": "Maintainer-email",
    "license": "License",
    "license_expression": "License-Expression",
    "requires_python": "Requires-Python",
}
REPEATED_FIELDS = {
    "platforms": "Platform",
    "supported_platforms": "Supported-Platform",
    "classifiers": "Classifier",
    "license_files": "License-File",
    "dynamic": "Dynamic",
    "requires_dist": "Requires-Dist",
    "requires_external": "Requires-External",
    "project_urls": "Project-URL",
    "provides_extra": "Provides-Extra",
    "provides_dist": "Provides-Dist",
    "obsoletes_dist": "Obsoletes-Dist",
    "requires": "Requires",
    "provides": "Provides",
    "obsoletes": "Obsoletes",
    "import_names": "Import-Name",
    "import_namespaces": "Import-Namespace",
}

# A form names these in the singular, unlike "classifiers" and "project_urls".
_FORM_NAMES = {
    "platforms": "platform",
    "supported_platforms": "supported_platform",
    "license_files": "license_file",
    "import_names": "import_name",
    "import_namespaces": "import_namespace",
}
FORM_NAME_OF = {name: _FORM_NAMES.get(name, name) for name in (*SINGLE_FIELDS, *REPEATED_FIELDS)}

_NAME_IN_FILE = {label.lower(): name for name, label in (SINGLE_FIELDS | REPEATED_FIELDS).items()}
_MULTI_LINE = frozenset({"description", "license"})
# Continuation lines of long texts are marked by eight spaces, or seven and a bar.
_INDENT = re.compile(r"\n(?: {7}\|| {8}|[ \t]+(?=\S)|[ \t]+$)")
_METADATA_WITHOUT_LICENSE_FILES = frozenset({"1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "2.3"})


@dataclass(slots=True)
class RawMetadata:
    """Values as written; a field that is absent, empty or "UNKNOWN" has no key."""

    single: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    repeated_singles: list[str] = field(default_factory=list)
    """Fields that may occur once and occurred more often, with different values."""


def is_absent(value: str) -> bool:
    """Tell whether a value stands for nothing: empty, or the word that distutils wrote in place of nothing."""
    return not value or value.strip() in ("", "UNKNOWN")


def raw_from_form(fields: Mapping[str, Sequence[str]]) -> RawMetadata:
    """Collect the metadata fields of an upload form; other fields are ignored."""
    raw = RawMetadata()
    for name, form_name in FORM_NAME_OF.items():
        if sent := fields.get(form_name):
            _add(raw, name, [value.replace("\0", "\\x00") for value in sent])
    return raw


def raw_from_file(data: bytes, filename: str, *, legacy: bool) -> tuple[RawMetadata, list[str]]:
    """Collect the fields of a METADATA or PKG-INFO file, and what was malformed (only with `legacy`).

    Unknown fields are ignored. So is License-File before metadata 2.4, because common build tools wrote it there
    with another meaning before PEP 639 defined it.

    :raises DistributionRefused: the file is malformed.
    """
    headers = read_headers(data, filename, legacy=legacy)
    found: dict[str, list[str]] = {}
    for label, value in headers.fields:
        if (name := _NAME_IN_FILE.get(label)) is not None:
            found.setdefault(name, []).append(_unfold(name, value))
    if not is_absent(headers.body):
        found.setdefault("description", []).append(headers.body)
    raw = RawMetadata()
    for name, values in found.items():
        _add(raw, name, values)
    if raw.single.get("metadata_version") in _METADATA_WITHOUT_LICENSE_FILES:
        raw.repeated.pop("license_files", None)
    if found.get("import_names") == [""]:
        # PEP 794: one empty Import-Name says that there is nothing to import.
        raw.repeated["import_names"] = [""]
    return raw, headers.faults


def _add(raw: RawMetadata, name: str, values: Sequence[str]) -> None:
    present = [value for value in values if not is_absent(value)]
    if not present:
        return
    if name in REPEATED_FIELDS:
        raw.repeated[name] = present
        return
    raw.single[name] = present[0]
    if len(present) > 1 and any(value != present[0] for value in present):
        raw.repeated_singles.append(name)


def _unfold(name: str, value: str) -> str:
    if "\n" not in value:
        return value
    if name in _MULTI_LINE:
        return _INDENT.sub("\n", value)
    # A summary keeps its line break and is refused for it; elsewhere folding has no meaning.
    return value if name == "summary" else " ".join(line.strip() for line in value.split("\n"))
