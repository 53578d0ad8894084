# SPDX-License-Identifier: Apache-2.0
"""What core metadata must satisfy: the specification, and the further rules of a public index.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Final, cast

from packaging.metadata import InvalidMetadata, Metadata
from packaging.metadata import RawMetadata as PackagingMetadata
from packaging.requirements import InvalidRequirement, Requirement
from rfc3986 import uri_reference  # type: ignore[import-untyped]
from rfc3986.exceptions import RFC3986Exception  # type: ignore[import-untyped]
from rfc3986.validators import Validator  # type: ignore[import-untyped]
from trove_classifiers import classifiers, deprecated_classifiers

from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.limits import (
    MAX_DESCRIPTION,
    MAX_PARSED_VALUE,
    MAX_PROJECT_URL_LABEL,
    MAX_REPEATED_TOTAL,
    MAX_SUMMARY,
    MAX_VALUES_OF_FIELD,
)
from cheeseshop.distributions.raw_metadata import FORM_NAME_OF, REPEATED_FIELDS, SINGLE_FIELDS, RawMetadata

METADATA_VERSIONS: Final = ("1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5")
SPECIFICATION = "https://packaging.python.org/specifications/core-metadata"

_LONGEST_SHOWN = 60
_FIRST_SHOWN = ("metadata-version", "name", "version")
_URL_FIELDS = ("home_page", "download_url")
_EMAIL_FIELDS = ("author_email", "maintainer_email")
# Python refuses to convert longer numbers, and `packaging` converts those of specifiers only when they are used.
_LONGEST_NUMBER = 1000
_LONG_NUMBER = re.compile(rf"\d{{{_LONGEST_NUMBER}}}")
_WITH_VERSIONS = ("version", "requires_python", "requires_dist", "provides_dist", "obsoletes_dist")
_FREE_TEXT = frozenset({"description", "license", "keywords"})
# Of these `packaging` has no rule for the value, wants another shape, or is slow.
_CHECKED_HERE = frozenset({"project_urls", "keywords", "description", "description_content_type"})
_LABELS = SINGLE_FIELDS | REPEATED_FIELDS
_NAME_OF_LABEL = {label.lower(): name for name, label in _LABELS.items()}
_URL_RULES = (
    Validator()
    .allow_schemes("http", "https")
    .require_presence_of("scheme")
    .check_validity_of("scheme", "userinfo", "host", "port", "path", "query")  # addresses of chat rooms have two '#'
)


@dataclass(frozen=True, slots=True)
class MetadataFault:
    """A rule that a field breaks; `field` is the name that `packaging.metadata` uses.

    `fatal` faults are never passed over, not even for old files.
    """

    field: str
    message: str
    fatal: bool = False


def check_metadata(raw: RawMetadata, allowances: Allowances) -> tuple[Metadata, list[MetadataFault]]:
    """Return the values as `packaging` understands them, and every rule that they break.

    Attributes of the first result may raise `InvalidMetadata` where the second names their field.
    """
    faults = list(_size_faults(raw))
    if faults:
        # Nothing that has a grammar is parsed when it is longer than any honest value.
        return Metadata.from_raw({}, validate=False), faults
    parsed, faults = _check_by_specification(raw)
    faults += [MetadataFault(name, f"{_LABELS[name]} may be given only once.") for name in raw.repeated_singles]
    if not any(fault.field == "version" for fault in faults) and not allowances.local_versions:
        faults += _local_version_faults(parsed)
    faults += _text_faults(raw)
    faults += _url_faults(raw)
    if not any(fault.field == "requires_dist" for fault in faults):
        faults += _direct_reference_faults(parsed)
    for name in ("provides_dist", "obsoletes_dist"):
        faults += _old_dependency_faults(name, raw.repeated.get(name, ()))
    return parsed, faults


def refusal(faults: list[MetadataFault], raw: RawMetadata) -> DistributionRefused:
    """Return the one refusal to show: metadata version, name, version, then the first field by alphabet."""
    fault = min(faults, key=_priority)
    message = fault.message
    for value in [*raw.repeated.get(fault.field, ()), raw.single.get(fault.field, "")]:
        if len(value) > _LONGEST_SHOWN:
            message = message.replace(repr(value), repr(elide(value))).replace(value, elide(value))
    return DistributionRefused(
        f"{message.rstrip('.')}. See {SPECIFICATION} for more information.", FORM_NAME_OF[fault.field]
    )


def elide(value: str) -> str:
    """Shorten a value of more than 60 characters in the middle, for messages."""
    return value if len(value) <= _LONGEST_SHOWN else f"{value[:30]}...{value[-30:]}"


def _priority(fault: MetadataFault) -> tuple[int, str]:
    label = _LABELS[fault.field].lower()
    return (_FIRST_SHOWN.index(label) if label in _FIRST_SHOWN else len(_FIRST_SHOWN), label)


def _size_faults(raw: RawMetadata) -> Iterator[MetadataFault]:
    for name in _WITH_VERSIONS:
        for value in (raw.single.get(name, ""), *raw.repeated.get(name, ())):
            if len(value) >= _LONGEST_NUMBER and _LONG_NUMBER.search(value):
                yield MetadataFault(name, f"{_LABELS[name]} has a value that can't be parsed.", fatal=True)
    for name, value in raw.single.items():
        limit = MAX_DESCRIPTION if name in _FREE_TEXT else MAX_PARSED_VALUE
        if len(value) > limit:
            yield MetadataFault(name, f"{_LABELS[name]} is longer than {limit} characters.", fatal=True)
    for name, values in raw.repeated.items():
        if len(values) > MAX_VALUES_OF_FIELD:
            yield MetadataFault(name, f"{_LABELS[name]} has more than {MAX_VALUES_OF_FIELD} values.", fatal=True)
        elif max(map(len, values)) > MAX_PARSED_VALUE:
            yield MetadataFault(
                name, f"{_LABELS[name]} has a value longer than {MAX_PARSED_VALUE} characters.", fatal=True
            )
        elif sum(map(len, values)) > MAX_REPEATED_TOTAL:
            yield MetadataFault(
                name, f"{_LABELS[name]} is longer than {MAX_REPEATED_TOTAL} characters in all.", fatal=True
            )


def _check_by_specification(raw: RawMetadata) -> tuple[Metadata, list[MetadataFault]]:
    values = _values_for_packaging(raw)
    faults = []
    if (version := values["metadata_version"]) not in METADATA_VERSIONS:
        faults.append(MetadataFault("metadata_version", f"{version!r} is not a valid metadata version."))
        values["metadata_version"] = METADATA_VERSIONS[-1]
    content_type = raw.single.get("description_content_type")
    if content_type is not None and (problem := _content_type_problem(content_type)):
        faults.append(MetadataFault("description_content_type", problem))
    try:
        return Metadata.from_raw(values), faults
    except ExceptionGroup as group:
        faults += [_fault_of(error) for error in group.exceptions if isinstance(error, InvalidMetadata)]
    except (ValueError, RecursionError):
        # Numbers of thousands of digits, or parentheses nested deeper than the interpreter's stack.
        faults += _faults_one_by_one(values)
    return Metadata.from_raw(values, validate=False), faults


def _values_for_packaging(raw: RawMetadata) -> PackagingMetadata:
    values: dict[str, Any] = dict.fromkeys(("metadata_version", "name", "version"), "")
    for name, value in (raw.single | raw.repeated).items():
        # None still lets `packaging` check that the metadata version knows the field.
        values[name] = None if name in _CHECKED_HERE else value
    if values.get("import_names") == [""]:
        values["import_names"] = []
    return cast("PackagingMetadata", values)


def _fault_of(error: InvalidMetadata) -> MetadataFault:
    return MetadataFault(_NAME_OF_LABEL[error.field.lower()], str(error))


def _faults_one_by_one(values: PackagingMetadata) -> Iterator[MetadataFault]:
    metadata = Metadata.from_raw(values, validate=False)
    for name in values:
        try:
            getattr(metadata, name)
        except InvalidMetadata as error:
            yield _fault_of(error)
        except (ValueError, RecursionError):
            yield MetadataFault(name, f"{_LABELS[name]} has a value that can't be parsed.")


@lru_cache(maxsize=256)
def _content_type_problem(content_type: str) -> str | None:
    """Return what is wrong with a description's content type; cached, for there are few and e-mail parsing is slow."""
    try:
        Metadata.from_raw(
            {"metadata_version": "2.1", "name": "n", "version": "0", "description_content_type": content_type}
        )
    except ExceptionGroup as group:
        return str(group.exceptions[0])
    except (ValueError, LookupError, AttributeError, RecursionError):
        return f"{content_type!r} is not a valid content type."
    return None


def _local_version_faults(parsed: Metadata) -> Iterator[MetadataFault]:
    if parsed.version.local is not None:
        yield MetadataFault("version", f"The use of local versions in {str(parsed.version)!r} is not allowed.")


def _text_faults(raw: RawMetadata) -> Iterator[MetadataFault]:
    if len(raw.single.get("summary", "")) > MAX_SUMMARY:
        yield MetadataFault("summary", f"'summary' field must be {MAX_SUMMARY} characters or less.")
    for name in _EMAIL_FIELDS:
        if (value := raw.single.get(name)) and not _is_valid_email(value):
            yield MetadataFault(name, f"{value!r} is not a valid email address.")
    for classifier in raw.repeated.get("classifiers", ()):
        if problem := _classifier_problem(classifier):
            yield MetadataFault("classifiers", problem)
    if "license" in raw.single and "license_expression" in raw.single:
        yield MetadataFault(
            "license",
            "License is deprecated when License-Expression is present. Only License-Expression should be present.",
        )


@lru_cache(maxsize=256)
def _is_valid_email(value: str) -> bool:
    """Tell whether `value`, if it parses as one address, is one in syntax; domains are not looked up."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to import

    try:
        _, address = parseaddr(value)
    except (RecursionError, IndexError):
        return False
    if not address:
        return True
    try:
        # Below a public domain, because the library refuses names such as `corp.local`, which are fine in private.
        validate_email(f"{address}.example.com", check_deliverability=False)
    except (EmailNotValidError, ValueError):
        return False
    return True


def _classifier_problem(classifier: str) -> str | None:
    if classifier in classifiers:
        return None
    replacements = deprecated_classifiers.get(classifier)
    if replacements is None:
        return f"{classifier!r} is not a valid classifier."
    advice = f", use one of {replacements} instead" if replacements else ""
    return f"The classifier {classifier!r} has been deprecated{advice}."


def _url_faults(raw: RawMetadata) -> Iterator[MetadataFault]:
    for name in _URL_FIELDS:
        if (value := raw.single.get(name)) and not _is_valid_url(value):
            yield MetadataFault(name, f"{value!r} is not a valid url.")
    labels: set[str] = set()
    for entry in raw.repeated.get("project_urls", ()):
        label, _, url = (part.strip() for part in entry.partition(","))
        if problem := _project_url_problem(label, url):
            yield MetadataFault("project_urls", f"{entry!r} is not a valid project URL: {problem}.")
        elif label in labels:
            yield MetadataFault("project_urls", f"The label {label!r} is used for two project URLs.")
        labels.add(label)


def _project_url_problem(label: str, url: str) -> str | None:
    if not label:
        return "it must have a label"
    if len(label) > MAX_PROJECT_URL_LABEL:
        return f"the label must be {MAX_PROJECT_URL_LABEL} characters or less"
    if not url:
        return "it must have a URL"
    return None if _is_valid_url(url) else f"{url!r} is not a valid url"


@lru_cache(maxsize=1024)
def _is_valid_url(url: str) -> bool:
    """Tell whether `url` is an RFC 3986 URI with scheme http or https; an authority is not required."""
    try:
        _URL_RULES.validate(uri_reference(url))
    except (RFC3986Exception, ValueError):
        return False
    return True


def _direct_reference_faults(parsed: Metadata) -> Iterator[MetadataFault]:
    for requirement in parsed.requires_dist or ():
        if requirement.url is not None:
            yield MetadataFault("requires_dist", f"Can't have direct dependency: {str(requirement)!r}.")


def _old_dependency_faults(name: str, values: Iterable[str]) -> Iterator[MetadataFault]:
    """Check the fields whose grammar `packaging` leaves alone, though it is that of requirements."""
    for value in values:
        try:
            requirement = Requirement(value)
        except (InvalidRequirement, ValueError, RecursionError):
            yield MetadataFault(name, f"{value!r} is invalid for {_LABELS[name].lower()!r}.")
        else:
            if requirement.url is not None:
                yield MetadataFault(name, f"Can't have direct dependency: {value!r}.")
