# SPDX-License-Identifier: Apache-2.0
"""Core metadata 1.0 to 2.5 of a distribution, validated.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from dataclasses import dataclass, fields
from typing import Any, Self

from packaging.metadata import InvalidMetadata, Metadata
from packaging.utils import canonicalize_name
from packaging.version import Version

from cheeseshop.distributions.allowances import DEFAULT_ALLOWANCES, Allowances
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import MAX_METADATA_SIZE
from cheeseshop.distributions.metadata_rules import MetadataFault, check_metadata, refusal
from cheeseshop.distributions.raw_metadata import RawMetadata, raw_from_file

# Without these two a distribution can't be filed, so that even old files need them right.
_INDISPENSABLE = frozenset({"name", "version"})


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """Every field of core metadata, under the names of `packaging.metadata`.

    `name` is as written; `license_expression` and `provides_extra` are normalised; other text is as written. Fields
    that a file lacks are None or empty. `import_names` of one empty text says that there is nothing to import
    (PEP 794).
    """

    metadata_version: str
    name: str
    version: Version
    dynamic: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    supported_platforms: tuple[str, ...] = ()
    summary: str | None = None
    description: str | None = None
    description_content_type: str | None = None
    keywords: str | None = None
    home_page: str | None = None
    download_url: str | None = None
    author: str | None = None
    author_email: str | None = None
    maintainer: str | None = None
    maintainer_email: str | None = None
    license: str | None = None
    license_expression: str | None = None
    license_files: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    requires_external: tuple[str, ...] = ()
    project_urls: tuple[tuple[str, str], ...] = ()
    provides_extra: tuple[str, ...] = ()
    provides_dist: tuple[str, ...] = ()
    obsoletes_dist: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    obsoletes: tuple[str, ...] = ()
    import_names: tuple[str, ...] = ()
    import_namespaces: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields that have a value, except the description, as plain JSON."""
        facts: dict[str, Any] = {}
        for name in _FIELD_NAMES:
            value = getattr(self, name)
            if value and name != "description":
                facts[name] = _plain(value)
        return facts

    @classmethod
    def from_json(cls, facts: dict[str, Any], description: str | None = None) -> Self:
        """Rebuild what `to_json` returned; keys that this version does not know are ignored."""
        values: dict[str, Any] = {name: facts[name] for name in _FIELD_NAMES if name in facts}
        values["version"] = Version(values["version"])
        for name, value in values.items():
            if name == "project_urls":
                values[name] = tuple((label, url) for label, url in value)
            elif isinstance(value, list):
                values[name] = tuple(value)
        return cls(**(values | {"description": description}))


def _plain(value: str | Version | tuple[Any, ...]) -> str | list[Any]:
    if isinstance(value, tuple):
        return [list(item) if isinstance(item, tuple) else item for item in value]
    return str(value)


_FIELD_NAMES = tuple(field.name for field in fields(CoreMetadata))


def parse_core_metadata(data: bytes, *, legacy: bool = False) -> CoreMetadata:
    """Read and validate a METADATA or PKG-INFO file.

    With `legacy`, faults in other fields than name and version are passed over; values are kept as they are.

    :raises DistributionRefused: with the first fault by the order of fields that clients expect.
    """
    return read_core_metadata(data, "METADATA", legacy=legacy)[0]


def read_core_metadata(
    data: bytes, filename: str, *, legacy: bool = False, allowances: Allowances = DEFAULT_ALLOWANCES
) -> tuple[CoreMetadata, tuple[str, ...]]:
    """Do the work of `parse_core_metadata`, and also return the faults that `legacy` passed over."""
    if len(data) > MAX_METADATA_SIZE:
        raise DistributionRefused(f"Invalid distribution file. {filename} is larger than {MAX_METADATA_SIZE} bytes.")
    raw, format_faults = raw_from_file(data, filename, legacy=legacy)
    metadata, faults = validated(raw, legacy=legacy, allowances=allowances)
    return metadata, (*format_faults, *(fault.message for fault in faults))


def validated(
    raw: RawMetadata, *, legacy: bool = False, allowances: Allowances = DEFAULT_ALLOWANCES
) -> tuple[CoreMetadata, list[MetadataFault]]:
    """Check `raw` by every rule and return it typed.

    :raises DistributionRefused: a rule is broken, or with `legacy` one for name or version.
    """
    parsed, faults = check_metadata(raw, allowances)
    fatal = [fault for fault in faults if not legacy or fault.fatal or fault.field in _INDISPENSABLE]
    if fatal:
        raise refusal(fatal, raw)
    return _typed(raw, parsed), faults


def _typed(raw: RawMetadata, parsed: Metadata) -> CoreMetadata:
    values: dict[str, Any] = dict(raw.single)
    values |= {name: tuple(values_) for name, values_ in raw.repeated.items()}
    values.setdefault("metadata_version", "1.0")
    values["version"] = Version(values["version"])
    if "project_urls" in values:
        values["project_urls"] = tuple(_split_project_url(entry) for entry in values["project_urls"])
    if "provides_extra" in values:
        values["provides_extra"] = tuple(canonicalize_name(extra) for extra in values["provides_extra"])
    if "license_expression" in values:
        values["license_expression"] = _license_expression(parsed) or values["license_expression"]
    return CoreMetadata(**values)


def _split_project_url(entry: str) -> tuple[str, str]:
    label, _, url = entry.partition(",")
    return label.strip(), url.strip()


def _license_expression(parsed: Metadata) -> str | None:
    try:
        return parsed.license_expression
    except InvalidMetadata:
        return None  # Only in old files, whose value is kept as it is.
